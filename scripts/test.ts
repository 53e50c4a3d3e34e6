// Everything that must hold, one step after the other. The last line is `N passed, N failed`.
import { join } from 'node:path';
import { check, endToEnd, NODE_20, runSteps, table, vitest } from './test-steps.ts';

runSteps([
  ['format', () => check('oxfmt', '--check', '.')],
  ['lint and layers', () => check('oxlint')],
  ['types', () => check('tsc', '-b', 'tsconfig.json')],
  ['build', () => check('node', join('scripts', 'build.ts'))],
  ['packages', () => table(join('scripts', 'packages', 'run.ts'))],
  ['consumers, the quick ones', () => table(join('scripts', 'consumers', 'run.ts'), '--quick')],
  ['unit', () => vitest()],
  ['end to end', () => endToEnd('node')],
  ['end to end on the oldest Node.js', () => endToEnd(NODE_20)],
]);
