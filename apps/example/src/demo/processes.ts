import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server of its own process, up and listening. */
export interface RunningServer {
  readonly address: string;
  /** What it printed before it listened. */
  readonly said: readonly string[];
  stop(): Promise<void>;
}

export async function startServer(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const child = start([file], env);
  const exit = exitOf(child);
  const said: string[] = [];
  for await (const line of linesOf(child)) {
    const address = /^listening on (\S+)$/.exec(line)?.[1];
    if (address === undefined) {
      said.push(line);
      continue;
    }
    return {
      address,
      said,
      stop: async () => {
        child.kill('SIGTERM');
        await exit;
      },
    };
  }
  throw new Error(`the server ended (exit ${await exit}) before it listened`);
}

export interface CallResult {
  readonly status: string;
  /** What readAuthFailure() made of a refusal. */
  readonly reason?: string;
  readonly received: readonly unknown[];
}

/** A client of its own process: one question a line, one answer a line. */
export interface RunningClient {
  call(kind: string, authorization: string | undefined): Promise<CallResult>;
  stop(): Promise<void>;
}

export function startClient(address: string): RunningClient {
  const child = start([fileURLToPath(new URL('../client.js', import.meta.url)), address], {});
  const exit = exitOf(child);
  const answers = linesOf(child)[Symbol.asyncIterator]();
  return {
    async call(kind, authorization) {
      child.stdin?.write(`${JSON.stringify({ kind, authorization })}\n`);
      const answer = await answers.next();
      if (answer.done === true) throw new Error(`the client ended (exit ${await exit})`);
      return JSON.parse(answer.value) as CallResult;
    },
    async stop() {
      child.stdin?.end();
      await exit;
    },
  };
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

function linesOf(child: ChildProcess): Interface {
  if (child.stdout === null) throw new Error('the process has no standard output');
  return createInterface({ input: child.stdout });
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', resolve);
  });
}
