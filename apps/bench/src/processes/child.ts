import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  /** Default: the Node.js of this process. */
  readonly node?: string;
  readonly flags?: readonly string[];
}

/** A question, an answer or a report, with its value. */
export interface Message {
  readonly type: string;
  readonly value?: unknown;
}

/**
 * Starts a process of the bench by the name of its file. It ends when its parent does, because its channel
 * then closes.
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

  /** Called with messages that are no answers. */
  onTold: (message: Message) => void = () => undefined;

  /** At most one open question of each type. */
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

/** The child's side: answers the parent's questions, and ends with the parent. */
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
  // The parent may have ended.
  process.send?.({ type, value } satisfies Message, undefined, undefined, () => undefined);
}
