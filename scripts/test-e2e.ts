// `pnpm test:e2e [PATH...]`: builds what changed, then runs end-to-end tests. PATH is a test's source, a folder or a
// part of a name; default: all.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from './builds.ts';
import { e2eFiles } from './e2e-files.ts';
import { runInTerminal } from './tools.ts';

const selected = process.argv.slice(2);
const files = e2eFiles().filter(
  ({ source }) =>
    selected.length === 0 ||
    selected.some((path) =>
      existsSync(path) ? source.startsWith(resolve(path)) : source.includes(path),
    ),
);
if (files.length === 0) {
  console.error(
    `expected a test of apps/e2e/test, apps/e2e/attacks or apps/web/test, received ${selected.join(' ')}`,
  );
  process.exitCode = 1;
} else if (build()) {
  const args = files.map(({ built }) => built);
  process.exitCode = runInTerminal([process.execPath, '--test', '--test-concurrency=6', ...args]);
} else process.exitCode = 1;
