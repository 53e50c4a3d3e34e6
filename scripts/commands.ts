import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export interface Ended {
  /** Null where a signal ended it. */
  readonly status: number | null;
  /** Both streams, in the order in which they were written. */
  readonly output: string;
  /** Standard output alone. */
  readonly stdout: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();

process.on('exit', () => {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

/** Creates a temporary folder. It is removed when this process exits. */
export function throwawayFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `grpc-authn-${name}-`));
  folders.add(folder);
  return folder;
}

/**
 * Runs a command until it exits. The environment has no variables of pnpm, so that the command behaves as
 * in any shell.
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env }: CommandOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that the processes it starts end with it.
      detached: true,
    });
    running.add(child);
    let output = '';
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      running.delete(child);
      resolve({ status, output, stdout });
    });
  });
}

/** Like run(), and throws where the command fails. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { status, output, stdout } = await run(command, args, options);
  if (status === 0) return stdout;
  throw new Error(`${[command, ...args].join(' ')} ended with ${status}\n${output}`);
}

/** The pnpm that runs this script. Default: the version in package.json, through npx. */
export function pnpm(...args: readonly string[]): readonly [string, readonly string[]] {
  const { npm_execpath: path = '' } = process.env;
  if (!/[\\/]pnpm[^\\/]*$/.test(path)) return ['npx', ['--yes', 'pnpm@12', ...args]];
  return /\.[cm]?js$/.test(path) ? [process.execPath, [path, ...args]] : [path, args];
}

/** Handles all items, at most `width` at a time, and returns the results in the order of the items. */
export async function inLanes<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

function plainEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|node_path)/i.test(name));
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  return { ...Object.fromEntries(kept), PATH: path, NO_COLOR: '1', FORCE_COLOR: '0' };
}
