import {
  AuthError,
  type AuthenticationContext,
  type AuthenticatorEvent,
  type Credentials,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { isThenable, untilAborted } from '@grpc-authn/core/internal';
import type { VerificationKey } from '../keys/import-key.ts';
import { ImportedKeySet, type KeySet } from '../keys/key-set.ts';
import { verifyWithAny } from '../signature/verify-signature.ts';
import { whyNoKey } from '../verify-compact-jws.ts';
import type { JwtRules } from './jwt-options.ts';
import type { KeySource } from './key-source.ts';
import { TokenCheck } from './token-check.ts';

/** Verifies JWTs by these rules, with the keys of this source. */
export class JwtAuthenticator implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[] = Object.freeze(['bearer']);
  readonly issuers: readonly string[];
  readonly #rules: JwtRules;
  readonly #source: KeySource;

  constructor(rules: JwtRules, source: KeySource) {
    this.name = rules.name;
    this.issuers = rules.issuers;
    this.#rules = rules;
    this.#source = source;
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const token = TokenCheck.of(credentials.token, this.#rules);
    return AuthError.is(token) ? token : this.#verify(token, context);
  }

  async #verify(token: TokenCheck, context: AuthenticationContext): Promise<Verdict<object>> {
    const found = this.#source.keys();
    const current = isThenable(found) ? await untilAborted(found, context.signal) : found;
    // Nobody waits any longer, so nobody's turn is taken by a signature.
    if (context.signal.aborted) return new AuthError('unavailable', 'timeout');
    const verdict = await this.#verifyWith(current, token);
    const unknown = AuthError.is(verdict) && verdict.reason === 'unknown_key';
    if (!unknown || this.#source.lookUp === undefined) return verdict;
    const isFound = (keys: KeySet): boolean => this.#candidates(keys, token).length > 0;
    return this.#verifyWith(await this.#source.lookUp(isFound, context.signal), token);
  }

  async #verifyWith(keys: unknown, token: TokenCheck): Promise<Verdict<object>> {
    if (AuthError.is(keys)) return keys;
    if (!ImportedKeySet.is(keys)) throw new TypeError('keys: wanted a KeySet of importKeySet');
    const { algorithm, kid, jws } = token;
    const candidates = this.#candidates(keys, token);
    if (candidates.length === 0) return token.refuse(whyNoKey(keys, kid));
    if (!(await verifyWithAny(jws, algorithm, candidates))) return token.refuse('signature');
    return token.toPrincipal();
  }

  #candidates(keys: KeySet, { kid, algorithm }: TokenCheck): readonly VerificationKey[] {
    if (!ImportedKeySet.is(keys)) return [];
    return keys.candidates(kid, algorithm, this.#rules.algorithms);
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return this.#source.subscribe?.(listener) ?? (() => undefined);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await this.#source.ready?.(signal);
  }

  async close(): Promise<void> {
    await this.#source.close?.();
  }
}
