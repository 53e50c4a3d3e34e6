import type { Clock } from '@grpc-authn/core/authenticator';
import { checkOneOf, wrongOption } from '@grpc-authn/core/internal';

/**
 * How client id and secret are written in the Basic scheme: `form` percent-encodes both (RFC 6749, section
 * 2.3.1), `plain` does not (RFC 7617). Many providers do not decode.
 */
export type BasicForm = 'form' | 'plain';

/** `auto`: form; after a rejection, plain once. What the provider accepted first is used from then on. */
export type BasicEncodingOption = 'auto' | BasicForm;

/** When neither form was accepted, plain is tried again after this time, not for each request. */
const RETRY_MS = 60_000;

type Judge<T> = (answer: T) => boolean | undefined | Promise<boolean | undefined>;

export interface BasicEncodingOptions {
  readonly option: BasicEncodingOption;
  readonly clientId: string;
  readonly secret: string;
  readonly clock: Clock;
  /** The provider accepts the plain form and not the other: called once. */
  readonly onPlain: () => void;
}

/** Finds out which form a provider accepts: once for an authenticator, never for each token. */
export class BasicEncoding {
  readonly #options: BasicEncodingOptions;
  #form: BasicForm;
  #isDecided: boolean;
  #trying: Promise<unknown> | undefined;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: BasicEncodingOptions) {
    const { option, clientId, secret } = options;
    this.#options = options;
    this.#form = option === 'plain' ? 'plain' : 'form';
    this.#isDecided = option !== 'auto' || isSameInBothForms(clientId + secret);
  }

  /** The forms that a rejection is about. */
  get tried(): readonly BasicForm[] {
    return this.#isDecided ? [this.#form] : ['form', 'plain'];
  }

  /** What the message about a rejection says of the forms; empty if only one was tried. */
  get note(): string {
    if (this.#isDecided) return '';
    return ', neither percent-encoded (form) nor as they are (plain)';
  }

  /**
   * Sends a request, and sends it again in the plain form if the provider rejects the client.
   *
   * @param isRejected whether the answer says that the client's credentials are wrong; undefined if it says nothing
   *   about them, as during an outage, which decides nothing.
   * @returns the answer that counts: of the second request if that was accepted, else of the first.
   */
  async send<T>(request: (form: BasicForm) => Promise<T>, isRejected: Judge<T>): Promise<T> {
    const form = this.#form;
    const answer = await request(form);
    if (this.#isDecided && form === this.#form) return answer;
    const rejected = await isRejected(answer);
    if (rejected === undefined) return answer;
    if (!rejected) {
      this.#isDecided ||= form === this.#form;
      return answer;
    }
    if (form === this.#form) {
      const accepted = await this.#tryPlain(request, isRejected);
      if (accepted !== undefined) return accepted;
    }
    return form === this.#form ? answer : request(this.#form);
  }

  /** One request at a time finds it out; the others wait for the result. */
  async #tryPlain<T>(
    request: (form: BasicForm) => Promise<T>,
    isRejected: Judge<T>,
  ): Promise<T | undefined> {
    while (this.#trying !== undefined) await this.#trying.catch(() => undefined);
    if (this.#isDecided || this.#options.clock.nowMs() < this.#retryAtMs) return undefined;
    const tried = this.#sendPlain(request, isRejected);
    this.#trying = tried;
    try {
      return await tried;
    } finally {
      this.#trying = undefined;
    }
  }

  async #sendPlain<T>(
    request: (form: BasicForm) => Promise<T>,
    isRejected: Judge<T>,
  ): Promise<T | undefined> {
    const answer = await request('plain');
    const rejected = await isRejected(answer);
    if (rejected === undefined) return answer;
    if (rejected) {
      this.#retryAtMs = this.#options.clock.nowMs() + RETRY_MS;
      return undefined;
    }
    if (!this.#isDecided) {
      this.#form = 'plain';
      this.#isDecided = true;
      this.#options.onPlain();
    }
    return answer;
  }
}

/** @throws ConfigError for another word, and beside another method than client_secret_basic. */
export function readBasicEncoding(option: unknown, method: string): BasicEncodingOption {
  checkOneOf('basicEncoding', option, ['auto', 'form', 'plain']);
  if (option !== undefined && method !== 'client_secret_basic') {
    throw wrongOption('basicEncoding', `the method ${method}`, 'client_secret_basic beside it');
  }
  return (option as BasicEncodingOption | undefined) ?? 'auto';
}

/** oauth4webapi percent-encodes everything else. */
function isSameInBothForms(text: string): boolean {
  return /^[A-Za-z0-9]*$/.test(text);
}

/** The value of an `authorization` header, in the plain form. */
export function plainBasic(clientId: string, secret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
}
