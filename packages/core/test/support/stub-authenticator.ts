import type { Authenticator } from '../../src/contract/authenticator.ts';

type Authenticate = (...call: Parameters<Authenticator['authenticate']>) => unknown;

/** An authenticator that answers with anything at all, well-behaved or not. */
export function stubAuthenticator(
  authenticate: Authenticate,
  rest: Partial<Authenticator> = {},
): Authenticator {
  return { name: 'stub', authenticate: authenticate as Authenticator['authenticate'], ...rest };
}

/** A verdict that stays open until the test settles it. */
export class OpenVerdict {
  readonly promise: Promise<unknown>;
  resolve!: (answer: unknown) => void;
  reject!: (thrown: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
