// Everything that must hold, one step after the other. The last line is `N passed, N failed`.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Counts, check, nodeTests, table, vitest } from './test-steps.ts';

const E2E = join('apps', 'e2e');
const NODE_20 = join(E2E, 'node_modules', 'node-20', 'bin', 'node');

const steps: readonly (readonly [string, () => Counts])[] = [
  ['format', () => check('oxfmt', '--check', '.')],
  ['lint and layers', () => check('oxlint')],
  ['types', () => check('tsc', '-b', 'tsconfig.json')],
  ['build', () => check('node', join('scripts', 'build.ts'))],
  ['packages', () => table(join('scripts', 'packages', 'run.ts'))],
  ['consumers, the quick ones', () => table(join('scripts', 'consumers', 'run.ts'), '--quick')],
  ['unit', () => vitest()],
  ['end to end', () => nodeTests('node', e2eFiles())],
  ['end to end on the oldest Node.js', () => nodeTests(NODE_20, e2eFiles())],
];

function e2eFiles(): readonly string[] {
  return ['test', 'attacks'].flatMap((kind) => {
    const folder = join(E2E, 'dist', kind);
    return readdirSync(folder)
      .filter((name) => name.endsWith('.test.js'))
      .map((name) => join(folder, name));
  });
}

const total = { passed: 0, failed: 0 };
for (const [index, [name, run]] of steps.entries()) {
  console.log(`\n[${index + 1}/${steps.length}] ${name}`);
  const startedMs = Date.now();
  const { passed, failed } = run();
  total.passed += passed;
  total.failed += failed;
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(`      ${passed} passed, ${failed} failed, ${seconds} s`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
