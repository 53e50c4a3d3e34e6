import {
  type Authenticator,
  AuthError,
  type AuthenticatorEvent,
  createPrincipal,
  type Principal,
} from '@grpc-authn/core';

type Init = Partial<Parameters<typeof createPrincipal>[0]>;

/** An authenticator with a map of tokens to callers, for tests of what happens after the decision. */
export class Accounts implements Authenticator<object> {
  readonly name: string;
  asked = 0;
  readonly #late: boolean;
  readonly #known = new Map<string, Init>();
  readonly #listeners = new Set<(event: AuthenticatorEvent) => void>();

  constructor(
    known: Readonly<Record<string, Init>> = { alice: {} },
    { late = false, name = 'accounts' } = {},
  ) {
    this.name = name;
    this.#late = late;
    for (const [token, init] of Object.entries(known)) this.#known.set(token, init);
  }

  authenticate({
    token,
  }: {
    readonly token: string;
  }): ReturnType<Authenticator<object>['authenticate']> {
    this.asked += 1;
    const verdict = this.#verdict(token);
    return this.#late ? new Promise((resolve) => setTimeout(() => resolve(verdict), 2)) : verdict;
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Rejects this token from now on. Open calls are not affected. */
  forget(token: string): void {
    this.#known.delete(token);
  }

  emit(event: AuthenticatorEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  revoke(matches: (principal: Principal<object>) => boolean): void {
    this.emit({ type: 'revoked', matches });
  }

  #verdict(token: string): Principal<object> | AuthError {
    const init = this.#known.get(token);
    return init === undefined
      ? new AuthError('invalid_token', 'inactive')
      : createPrincipal({ authenticator: this.name, subject: token, ...init });
  }
}

/** Waits until a condition is true. The limit only ends a test that would hang. */
export async function eventually(
  holds: () => boolean,
  what: string,
  withinMs = 60_000,
): Promise<void> {
  const endMs = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const bearer = (token: string): string => `Bearer ${token}`;
