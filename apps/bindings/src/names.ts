import {
  AuthError,
  type Authenticator,
  type AuthenticatorEvent,
  createPrincipal,
  type Credentials,
  type Verdict,
} from '@grpc-authn/core';

export type Answer = 'immediately' | 'later' | 'when released';

/** Tokens are names of callers; `bad` is refused, and `down` is an outage. */
export class Names implements Authenticator {
  readonly name = 'names';
  readonly schemes = ['bearer'];
  /** Decisions that have begun. */
  asked = 0;
  /** Decisions whose signal was aborted. */
  aborted = 0;
  readonly #answer: Answer;
  readonly #expiresAtEpochSeconds: number | undefined;
  readonly #listeners = new Set<(event: AuthenticatorEvent) => void>();
  readonly #released: Promise<void>;
  release: () => void = () => undefined;

  constructor({
    answer = 'immediately',
    expiresAtEpochSeconds,
  }: { readonly answer?: Answer; readonly expiresAtEpochSeconds?: number } = {}) {
    this.#answer = answer;
    this.#expiresAtEpochSeconds = expiresAtEpochSeconds;
    this.#released = new Promise((resolve) => (this.release = resolve));
  }

  authenticate(
    { token }: Credentials,
    context: { readonly signal: AbortSignal },
  ): Verdict | Promise<Verdict> {
    this.asked += 1;
    if (this.#answer === 'immediately') return this.#verdict(token);
    context.signal.addEventListener('abort', () => (this.aborted += 1), { once: true });
    const turn = new Promise((resolve) => setImmediate(resolve));
    return (this.#answer === 'later' ? turn : this.#released).then(() => this.#verdict(token));
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  revoke(subject: string): void {
    for (const listener of this.#listeners) {
      listener({ type: 'revoked', matches: (principal) => principal.subject === subject });
    }
  }

  #verdict(token: string): Verdict {
    if (token === 'bad') return new AuthError('invalid_token', 'signature');
    if (token === 'down') return new AuthError('unavailable', 'jwks', { retryAfterMs: 1_000 });
    const expiry = this.#expiresAtEpochSeconds;
    return createPrincipal({
      authenticator: this.name,
      subject: token,
      ...(expiry !== undefined && { expiresAtEpochSeconds: expiry }),
    });
  }
}
