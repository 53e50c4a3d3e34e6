import {
  AuthError,
  type AuthenticationContext,
  type AuthenticatorEvent,
  type AuthenticatorTraits,
  type Credentials,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { isPromiseLike, unavailableOnAbort } from '@grpc-authn/core/internal';
import { HeaderMemo } from '../compact/header-memo.ts';
import { ImportedKeySet, type KeySet } from '../keys/key-set.ts';
import type { VerificationKey } from '../keys/verification-key.ts';
import { coldTurns } from '../signature/cold-turns.ts';
import { verifyWithAny } from '../signature/verify-signature.ts';
import { whyNoKey } from '../verify-compact-jws.ts';
import type { JwtRules } from './jwt-options.ts';
import type { KeySource } from './key-source.ts';
import { TokenCheck } from './token-check.ts';

/** Verifies JWTs by these rules, with the keys of this source. Answers at once where the keys are there. */
export class JwtAuthenticator implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[] = Object.freeze(['bearer']);
  readonly issuers: readonly string[];
  readonly traits: AuthenticatorTraits = Object.freeze({ opaqueTokens: false });
  readonly #rules: JwtRules;
  readonly #source: KeySource;
  readonly #headers = new HeaderMemo();

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
    const token = TokenCheck.of(credentials.token, this.#rules, this.#headers);
    if (AuthError.is(token)) return token;
    const keys = this.#source.keys();
    return isPromiseLike(keys)
      ? this.#waitForKeys(keys, token, context)
      : this.#verify(keys, token, context);
  }

  async #waitForKeys(
    promised: PromiseLike<unknown>,
    token: TokenCheck,
    context: AuthenticationContext,
  ): Promise<Verdict<object>> {
    const keys = await unavailableOnAbort(promised, context.signal);
    // Nobody waits any longer, so nobody's turn is taken by a signature.
    if (context.signal.aborted) return new AuthError('unavailable', 'timeout');
    return this.#verify(keys, token, context);
  }

  #verify(
    keys: unknown,
    token: TokenCheck,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const verdict = this.#verifyWith(keys, token, context);
    const unknown = AuthError.is(verdict) && verdict.reason === 'unknown_key';
    return unknown && this.#source.lookUp !== undefined ? this.#lookUp(token, context) : verdict;
  }

  async #lookUp(token: TokenCheck, context: AuthenticationContext): Promise<Verdict<object>> {
    const isFound = (keys: KeySet): boolean =>
      ImportedKeySet.is(keys) && this.#candidates(keys, token).length > 0;
    const keys = await this.#source.lookUp?.(isFound, context.signal);
    return this.#verifyWith(keys, token, context);
  }

  #verifyWith(
    keys: unknown,
    token: TokenCheck,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    if (AuthError.is(keys)) return keys;
    if (!ImportedKeySet.is(keys)) throw new TypeError('keys: wanted a KeySet of importKeySet');
    const candidates = this.#candidates(keys, token);
    // What costs no signature waits for no turn.
    if (candidates.length === 0) return token.refuse(whyNoKey(keys, token.header.kid));
    const { algorithm } = token.header;
    const overflows =
      this.#rules.threadPool && candidates.every((key) => key.verifiesElsewhere(algorithm));
    return coldTurns.run(
      context,
      () => this.#verifySignature(candidates, token),
      overflows ? () => this.#verifySignature(candidates, token, true) : undefined,
    );
  }

  #verifySignature(
    candidates: readonly VerificationKey[],
    token: TokenCheck,
    elsewhere = false,
  ): Verdict<object> | Promise<Verdict<object>> {
    const good = verifyWithAny(token.jws, token.header.algorithm, candidates, elsewhere);
    return isPromiseLike(good)
      ? good.then((late) => this.#conclude(late, token))
      : this.#conclude(good, token);
  }

  #conclude(good: boolean, token: TokenCheck): Verdict<object> {
    if (!good) return token.refuse('signature');
    const verdict = token.toPrincipal();
    if (!AuthError.is(verdict)) this.#headers.keep(token.jws.header, token.header);
    return verdict;
  }

  #candidates(keys: ImportedKeySet, { header }: TokenCheck): readonly VerificationKey[] {
    return keys.candidates(header.kid, header.algorithm, this.#rules.algorithms);
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
