import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  /** The Node.js that runs it; this one unless said. */
  readonly node?: string;
  readonly flags?: readonly string[];
}

/** A message of ours: what is asked or told, and with it. */
export interface Message {
  readonly type: string;
  readonly value?: unknown;
}

/**
 * A process of the bench, by the name of its file here. It ends when its parent does, since its channel
 * closes then.
 */
export function startChild(name: string, { node, flags = [] }: ChildOptions = {}): Child {
  const here = import.meta.url;
  const file = fileURLToPath(new URL(`./${name}${extname(fileURLToPath(here))}`, here));
  return new Child(
    name,
    fork(file, {
      execPath: node ?? process.execPath,
      execArgv: [...flags],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  );
}

export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<
    string,
    { resolve(value: unknown): void; reject(error: Error): void }
  >();
  #ended: Error | undefined;

  constructor(name: string, process: ChildProcess) {
    this.#name = name;
    this.#process = process;
    process.on('message', (message: Message) => this.#receive(message));
    process.on('error', (error) => this.#end(error));
    process.on('exit', (code, signal) =>
      this.#end(new Error(`${name} ended with ${code ?? signal}`)),
    );
  }

  /** What is told without being asked for. */
  onTold: (message: Message) => void = () => undefined;

  /** One question of a type at a time. */
  ask(type: string, value?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#waiting.set(type, { resolve, reject });
      this.#process.send({ type, value } satisfies Message);
    });
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  #receive(message: Message): void {
    const { type, value } = message;
    if (type === 'failed') {
      this.#end(new Error(`${this.#name}: ${String(value)}`));
      return;
    }
    const waiting = this.#waiting.get(type);
    if (waiting === undefined) this.onTold(message);
    this.#waiting.delete(type);
    waiting?.resolve(value);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}

type Answers = Readonly<Record<string, (value: never) => unknown>>;

/** The other end: answers its parent's questions, and ends with it. */
export function answerParent(answers: Answers): void {
  process.on('disconnect', () => process.exit());
  process.on('message', ({ type, value }: Message) => {
    void (async () => {
      try {
        tellParent(type, await answers[type]!(value as never));
      } catch (error) {
        tellParent('failed', error instanceof Error ? error.stack : error);
      }
    })();
  });
}

export function tellParent(type: string, value?: unknown): void {
  // A parent that is gone needs no answer.
  process.send?.({ type, value } satisfies Message, undefined, undefined, () => undefined);
}
