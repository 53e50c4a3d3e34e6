import type { Handler } from './subject.ts';

/** What happened behind the binding. */
export class Seen {
  handlerStarts = 0;
  /** Messages of clients that were deserialized. */
  parsedMessages = 0;
  /** Handlers that were notified that their call has ended. */
  aborted = 0;

  /** All counts, to compare. */
  get counts(): Readonly<Record<'handlerStarts' | 'parsedMessages' | 'aborted', number>> {
    const { handlerStarts, parsedMessages, aborted } = this;
    return { handlerStarts, parsedMessages, aborted };
  }

  /** The handler, counted. */
  watch(handle: Handler): Handler {
    return (call) => {
      this.handlerStarts += 1;
      return this.#watched(handle, call);
    };
  }

  async *#watched(
    handle: Handler,
    call: Parameters<Handler>[0],
  ): AsyncGenerator<string, void, undefined> {
    let running = true;
    const count = (): void => {
      if (running) this.aborted += 1;
    };
    call.signal.addEventListener('abort', count, { once: true });
    try {
      yield* handle(call);
    } finally {
      running = false;
    }
  }
}
