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
import type { Thread } from '../signature/signature-engine.ts';
import {
  type VerificationScheduler,
  verificationScheduler,
} from '../signature/verification-scheduler.ts';
import { verifyWithAny } from '../signature/verify-signature.ts';
import { missingKeyReason } from '../verify-compact-jws.ts';
import type { JwtRules } from './jwt-options.ts';
import type { KeySource } from './key-source.ts';
import { TokenCheck } from './token-check.ts';

/** In the turn of the call, on one of two threads. After a wait for keys, the call needs another turn. */
type When = Thread | 'in a later turn';

interface PendingSignature {
  readonly candidates: readonly VerificationKey[];
  readonly token: TokenCheck;
}

/** Verifies JWTs by these rules, with the keys of this source. Synchronous if the keys are available. */
export class JwtAuthenticator implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[] = Object.freeze(['bearer']);
  readonly issuers: readonly string[];
  readonly traits: AuthenticatorTraits = Object.freeze({ opaqueTokens: false });
  readonly #rules: JwtRules;
  readonly #source: KeySource;
  readonly #scheduler: VerificationScheduler;
  readonly #headers = new HeaderMemo();

  constructor(
    rules: JwtRules,
    source: KeySource,
    scheduler: VerificationScheduler = verificationScheduler,
  ) {
    this.name = rules.name;
    this.issuers = rules.issuers;
    this.#rules = rules;
    this.#source = source;
    this.#scheduler = scheduler;
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const { trace } = context;
    if (trace !== undefined) return this.#explain(credentials.token, context, trace);
    return this.#scheduler.run(context, this.#verifyToken, credentials.token);
  }

  /** Verifies in the same way, without the memo of headers. */
  async #explain(
    jwt: string,
    context: AuthenticationContext,
    trace: NonNullable<AuthenticationContext['trace']>,
  ): Promise<Verdict<object>> {
    // Loaded on demand: a server that serves calls does not need it.
    const { explainToken } = await import('../trace/explain-token.ts');
    const token = { jwt, rules: this.#rules, source: this.#source, trace };
    return explainToken(token, (rules, source) => {
      const fresh = new JwtAuthenticator(rules, source, this.#scheduler);
      return this.#scheduler.run(context, fresh.#verifyToken, jwt);
    });
  }

  /** In the turn of the call. Decoding waits for it, too, so that a burst of tokens is not decoded at once. */
  readonly #verifyToken = (
    jwt: string,
    context: AuthenticationContext,
    thread: Thread,
  ): Verdict<object> | Promise<Verdict<object>> => {
    const token = TokenCheck.of(jwt, this.#rules, this.#headers);
    if (AuthError.is(token)) return token;
    const keys = this.#source.keys();
    return isPromiseLike(keys)
      ? this.#waitForKeys(keys, token, context)
      : this.#verify(keys, token, context, thread);
  };

  async #waitForKeys(
    promised: PromiseLike<unknown>,
    token: TokenCheck,
    context: AuthenticationContext,
  ): Promise<Verdict<object>> {
    const keys = await unavailableOnAbort(promised, context);
    // The caller disconnected: verifying would spend the budget of other calls.
    if (context.signal.aborted) return new AuthError('unavailable', 'timeout');
    return this.#verify(keys, token, context, 'in a later turn');
  }

  #verify(
    keys: unknown,
    token: TokenCheck,
    context: AuthenticationContext,
    when: When,
  ): Verdict<object> | Promise<Verdict<object>> {
    const verdict = this.#verifyWith(keys, token, context, when);
    const unknown = AuthError.is(verdict) && verdict.reason === 'unknown_key';
    return unknown && this.#source.lookUp !== undefined ? this.#lookUp(token, context) : verdict;
  }

  async #lookUp(token: TokenCheck, context: AuthenticationContext): Promise<Verdict<object>> {
    const isFound = (keys: KeySet): boolean =>
      ImportedKeySet.is(keys) && this.#candidates(keys, token).length > 0;
    const keys = await this.#source.lookUp?.(isFound, context.signal);
    return this.#verifyWith(keys, token, context, 'in a later turn');
  }

  #verifyWith(
    keys: unknown,
    token: TokenCheck,
    context: AuthenticationContext,
    when: When,
  ): Verdict<object> | Promise<Verdict<object>> {
    if (AuthError.is(keys)) return keys;
    if (!ImportedKeySet.is(keys)) throw new TypeError('keys: expected a KeySet from importKeySet');
    const candidates = this.#candidates(keys, token);
    // Without a candidate there is no signature to schedule.
    if (candidates.length === 0) return token.refuse(missingKeyReason(keys, token.header.kid));
    const pending = { candidates, token };
    return when === 'in a later turn'
      ? this.#scheduler.run(context, this.#verifySignature, pending)
      : this.#verifySignature(pending, context, when);
  }

  readonly #verifySignature = (
    { candidates, token }: PendingSignature,
    _context: AuthenticationContext,
    thread: Thread,
  ): Verdict<object> | Promise<Verdict<object>> => {
    const good = verifyWithAny(token.jws, token.header.algorithm, candidates, thread);
    return isPromiseLike(good)
      ? good.then((late) => this.#conclude(late, token))
      : this.#conclude(good, token);
  };

  #conclude(good: boolean, token: TokenCheck): Verdict<object> {
    if (!good) return token.refuse('signature');
    const verdict = token.toPrincipal();
    if (!AuthError.is(verdict)) this.#headers.store(token.jws.header, token.header);
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
