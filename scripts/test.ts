// Runs every check, one step after the other. The last line is `N passed, N failed`.
import { join } from 'node:path';
import {
  check,
  endToEnd,
  NODE_20,
  posixOnly,
  runSteps,
  table,
  tableUnder,
  vitest,
} from './test-steps.ts';
import { tool } from './tools.ts';

const BINDINGS = join('apps', 'bindings', 'dist', 'main.js');

runSteps([
  ['format', () => check(tool('oxfmt', '--check', '.'))],
  ['lint and layers', () => check(tool('oxlint'))],
  ['types', () => check(tool('tsc', '-b', 'tsconfig.json'))],
  ['build', () => check([process.execPath, join('scripts', 'build.ts')])],
  // They pack with tar, and end what they start by process groups.
  posixOnly(['packages', () => table(join('scripts', 'packages', 'run.ts'))]),
  posixOnly([
    'consumers, the quick ones',
    () => table(join('scripts', 'consumers', 'run.ts'), '--quick'),
  ]),
  ['unit', () => vitest()],
  ['bindings', () => table(BINDINGS)],
  ['bindings on the oldest Node.js', () => tableUnder(NODE_20, BINDINGS)],
  ['end to end', () => endToEnd(process.execPath)],
]);
