import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process does for its parent, by name. */
export type Answers = Readonly<Record<string, (value: never) => unknown>>;

type Value<A extends Answers, N extends keyof A> = Parameters<A[N]>[0];
type Answer<A extends Answers, N extends keyof A> = Awaited<ReturnType<A[N]>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly value?: unknown;
}
interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
interface Pending {
  // Each question has an answer of its own type.
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** A process of a load test, started from a built file in this folder. It ends with its parent. */
export class Child<A extends Answers> {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor(name: 'attacker' | 'provider' | 'server') {
    this.#process = fork(fileURLToPath(new URL(`./${name}-process.js`, import.meta.url)), {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', ({ id, value, error }: Reply) => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(value as never);
      else pending?.reject(new Error(`${name}: ${error}`));
    });
    this.#process.on('error', (error) => this.#end(error));
    this.#process.on('exit', (code, signal) =>
      this.#end(new Error(`the ${name} process ended with ${code ?? signal}`)),
    );
  }

  ask<N extends keyof A & string>(name: N, value?: Value<A, N>): Promise<Answer<A, N>> {
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      this.#pending.set(id, { resolve, reject });
      this.#process.send({ id, name, value } satisfies Question);
      return undefined;
    });
  }

  async stop(): Promise<void> {
    if (this.#ended !== undefined) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await exited;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#ended);
    this.#pending.clear();
  }
}

/** The child's side. */
export function answerParent(answers: Answers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ id, name, value }: Question) => {
    const reply = (sent: Omit<Reply, 'id'>): void => {
      // The parent may have ended.
      process.send?.({ id, ...sent } satisfies Reply, undefined, undefined, () => undefined);
    };
    void (async () => {
      try {
        reply({ value: await answers[name]?.(value as never) });
      } catch (error) {
        reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    })();
  });
}
