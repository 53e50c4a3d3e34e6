// Checks types and runs the unit tests that a change concerns, again on each change, until it is interrupted.
// `pnpm dev [PATH]`: PATH limits the tests.
import { spawn } from 'node:child_process';
import { tool } from './tools.ts';

const [tsc, ...tscArgs] = tool('tsc', '-b', '-w', '--preserveWatchOutput', 'tsconfig.json');
const [vitest, ...vitestArgs] = tool('vitest', 'watch', '--clearScreen=false');

const processes = [
  spawn(tsc, tscArgs, { stdio: ['ignore', 'inherit', 'inherit'] }),
  // Only one of the two reads keys: vitest, whose help is `h`.
  spawn(vitest, [...vitestArgs, ...process.argv.slice(2)], { stdio: 'inherit' }),
];

for (const child of processes) {
  child.once('exit', (code) => {
    for (const other of processes) other.kill();
    process.exitCode ??= code ?? 0;
  });
}
