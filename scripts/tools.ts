import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** A command and its first arguments. */
export type Command = readonly [command: string, ...args: string[]];

/**
 * A tool of the workspace as a command for our own Node.js: `tool('vitest', 'run')`. It needs no PATH and no
 * shell, so that it also starts on Windows, where what is on the PATH are scripts of cmd.exe.
 */
export function tool(name: string, ...args: readonly string[]): Command {
  const folder = join(ROOT, 'node_modules', name === 'tsc' ? 'typescript' : name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const file = bin[name];
  if (file === undefined) throw new Error(`expected a program of the workspace, received ${name}`);
  return [process.execPath, join(folder, file), ...args];
}

/** Node.js as a package brings it: `nodeOf('apps/e2e/node_modules/node-20')`. */
export function nodeOf(packageFolder: string): string {
  return join(packageFolder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Runs a command in the terminal of this process, and returns its exit code. */
export function runInTerminal(
  [command, ...args]: Command,
  env: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: ROOT, env });
  if (error !== undefined) throw error;
  return status ?? 1;
}
