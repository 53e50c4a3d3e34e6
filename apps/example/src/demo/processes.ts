import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLIENT = fileURLToPath(new URL('../client.js', import.meta.url));
const LOAD = fileURLToPath(new URL('load.js', import.meta.url));
const CHAIN = fileURLToPath(new URL('../chain/server.js', import.meta.url));
const PROVIDER = fileURLToPath(new URL('../provider.js', import.meta.url));
/** A process that does not exit on request is killed. */
const MAX_END_MS = 60_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
// By default a signal would end this process and leave its children running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** A child process, read line by line. */
class Child {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exit: Promise<number | null>;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #errors = '';
  #ended = false;

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#name = file.slice(file.lastIndexOf('/') + 1);
    this.#child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...env } });
    running.add(this.#child);
    this.#child.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()));
    if (this.#child.stdout === null) throw new Error('the process has no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.#exit = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        running.delete(this.#child);
        this.#ended = true;
        this.#wake();
        resolve(code);
      });
    });
  }

  /** Everything it has printed so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The first matching line from the given index on, as soon as it is there. */
  async line(fits: RegExp, from = 0): Promise<RegExpExecArray> {
    for (let next = from; ; next += 1) {
      while (next >= this.#lines.length) {
        if (this.#ended) throw new Error(`${this.#name} ended (${this.#errors.trim()})`);
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
      const found = fits.exec(this.#lines[next] ?? '');
      if (found !== null) return found;
    }
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends its standard input, and so the process. */
  async finish(): Promise<void> {
    this.#child.stdin?.end();
    await this.#end();
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#end();
  }

  async #end(): Promise<void> {
    const late = setTimeout(() => this.#child.kill('SIGKILL'), MAX_END_MS);
    await this.#exit;
    clearTimeout(late);
  }

  #wake(): void {
    for (const resume of this.#waiting) resume();
    this.#waiting.clear();
  }
}

/** A server that is listening. */
export interface RunningServer {
  readonly address: string;
  /** Everything it has logged so far. */
  readonly log: readonly string[];
  /** The first matching line from the given index on, as soon as it is there. */
  line(fits: RegExp, from?: number): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

export async function startServer(
  file: string,
  config: string,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<RunningServer> {
  const child = new Child(file, [config, ...args], env);
  const [, address = ''] = await child.line(/^listening on (\S+)$/);
  return {
    address,
    log: child.lines,
    line: (fits, from) => child.line(fits, from),
    stop: () => child.stop(),
  };
}

/** A service of the chain. */
export async function startChainServer(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Pick<RunningServer, 'address' | 'stop'>> {
  const child = new Child(CHAIN, args, env);
  const [, address = ''] = await child.line(/^listening on (\S+)$/);
  return { address, stop: () => child.stop() };
}

export interface RunningProvider {
  readonly issuer: string;
  rotateKeys(): Promise<void>;
  stop(): Promise<void>;
}

export async function startProvider(
  folder: string,
  ...args: readonly string[]
): Promise<RunningProvider> {
  const child = new Child(PROVIDER, ['--folder', folder, ...args]);
  const [, issuer = ''] = await child.line(/^listening on (\S+)$/);
  return {
    issuer,
    async rotateKeys() {
      const from = child.lines.length;
      child.signal('SIGHUP');
      await child.line(/^rotated$/, from);
    },
    stop: () => child.stop(),
  };
}

export interface CallResult {
  readonly status: string;
  /** The result of readAuthFailure() for a rejection. */
  readonly reason?: string;
  readonly received: readonly unknown[];
}

/** A client: one request line, one response line. */
export interface RunningClient {
  call(kind: string, authorization: string | undefined): Promise<CallResult>;
  stop(): Promise<void>;
}

export function startClient(address: string): RunningClient {
  const child = new Child(CLIENT, [address]);
  return {
    call: async (kind, authorization) =>
      ask<CallResult>(child, JSON.stringify({ kind, authorization })),
    stop: () => child.finish(),
  };
}

export interface LoadCounts {
  /** Ended calls, by kind. */
  readonly made: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly lost: number;
}

/** Clients that call without end. */
export interface RunningLoad {
  /** The counts so far. */
  counts(): Promise<LoadCounts>;
  /** Sets the credentials; resolves when no call with other credentials is open. */
  use(authorization: string): Promise<LoadCounts>;
  stop(): Promise<void>;
}

export function startLoad(address: string): RunningLoad {
  const child = new Child(LOAD, [address]);
  return {
    counts: () => ask<LoadCounts>(child, '{}'),
    use: (authorization) => ask<LoadCounts>(child, JSON.stringify({ authorization })),
    stop: () => child.finish(),
  };
}

async function ask<T>(child: Child, question: string): Promise<T> {
  const from = child.lines.length;
  child.write(question);
  const [answer] = await child.line(/^.*$/, from);
  return JSON.parse(answer) as T;
}
