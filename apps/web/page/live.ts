import { readAuthFailure } from '@grpc-authn/core/client';
import type { Order } from '@grpc-authn/web/orders';
import { Countdown } from './countdown.ts';
import { element, pause, setNotice, showNames } from './dom.ts';
import { type Problem, problemOf } from './problem.ts';
import type { Session } from './session.ts';

const MAX_ENTRIES = 6;
/** Before a new attempt, where the server refused a token at once. A token source renews once in ten seconds. */
const PAUSE_MS = 1000;
const MAX_ATTEMPTS = 15;

/** The live stream. It ends with its token, and is opened again with a new one. */
export class Live {
  readonly #session: Session;
  readonly #onOrder: (order: Order) => void;
  readonly #onProblem: (problem: Problem) => void;
  readonly #countdown = new Countdown();
  readonly #closing = new AbortController();

  constructor(
    session: Session,
    onOrder: (order: Order) => void,
    onProblem: (problem: Problem) => void,
  ) {
    this.#session = session;
    this.#onOrder = onOrder;
    this.#onProblem = onProblem;
  }

  /** Resolves when it is closed, or has failed. */
  async run(): Promise<void> {
    setNotice('live-problem', undefined, 'live-problem-text');
    element('token').hidden = false;
    this.#setState('Connecting');
    try {
      await this.#readOn();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#countdown.stop();
      this.#setState('Stopped');
      element('token').hidden = true;
      const problem = problemOf(error);
      setNotice('live-problem', `${problem.title}. ${problem.text}`, 'live-problem-text');
      this.#onProblem(problem);
    }
  }

  close(): void {
    this.#closing.abort();
    this.#countdown.stop();
    element('log').replaceChildren();
  }

  /** Reads one stream after the other, each with a new token. */
  async #readOn(): Promise<void> {
    let opened = 'The stream is open.';
    for (let attempts = 1; !this.#closing.signal.aborted; attempts += 1) {
      try {
        await this.#read(opened, () => {
          attempts = 0;
        });
      } catch (error) {
        const { reason } = readAuthFailure(error) ?? {};
        const needsToken = reason === 'TOKEN_EXPIRED' || reason === 'TOKEN_INVALID';
        if (!needsToken || attempts === MAX_ATTEMPTS) throw error;
        this.#countdown.stop();
        this.#setState('Renewing');
        if (attempts > 0) await pause(PAUSE_MS);
        else {
          const why = reason === 'TOKEN_EXPIRED' ? 'has expired' : 'is no longer valid';
          this.#log(`The token ${why}, so the server ended the stream.`);
          opened = 'A new token: the stream is open again.';
        }
      }
    }
  }

  async #read(opened: string, onOpen: () => void): Promise<void> {
    const { signal } = this.#closing;
    let isOpen = false;
    for await (const { tokenSecondsLeft, order } of this.#session.orders.watch({}, { signal })) {
      if (!isOpen) this.#showOpen(opened);
      isOpen = true;
      onOpen();
      if (tokenSecondsLeft !== undefined) {
        this.#countdown.start(tokenSecondsLeft, this.#session.tokenSeconds);
      }
      if (order !== undefined) {
        this.#log(`${order.item}: ${order.state}`);
        this.#onOrder(order);
      }
    }
    // The server ends it only with an error, unless it shuts down.
    throw new Error('the stream has ended');
  }

  #showOpen(text: string): void {
    this.#setState('Live');
    this.#log(text);
    showNames('scopes', this.#session.scopes);
  }

  #setState(state: 'Connecting' | 'Live' | 'Renewing' | 'Stopped'): void {
    const pill = element('live-state');
    pill.textContent = state;
    pill.dataset['state'] = state;
  }

  #log(text: string): void {
    const entry = document.createElement('li');
    const time = document.createElement('time');
    time.textContent = new Date().toLocaleTimeString([], { timeStyle: 'medium', hour12: false });
    const what = document.createElement('span');
    what.textContent = text;
    entry.append(time, what);
    const log = element('log');
    log.prepend(entry);
    while (log.childElementCount > MAX_ENTRIES) log.lastElementChild?.remove();
  }
}
