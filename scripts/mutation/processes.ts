import { type ChildProcess, spawn } from 'node:child_process';
import { ROOT } from './targets.ts';

export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** Called once a second; true stops the command and all processes that it started. */
export type Watcher = () => boolean;

export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  watcher: Watcher,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env, detached: true });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const timer = setInterval(() => {
      if (watcher()) end(child);
    }, 1000);
    child.once('error', reject);
    child.once('close', (status) => {
      clearInterval(timer);
      resolve({ status, output: Buffer.concat(chunks).toString() });
    });
  });
}

function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

/** Handles each item, at most `width` at a time. */
export async function eachOf<T>(
  items: readonly T[],
  jobs: number,
  use: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const left = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      await use(next[1], next[0]);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
