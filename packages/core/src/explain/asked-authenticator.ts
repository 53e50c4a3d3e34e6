import type {
  AuthenticationContext,
  Authenticator,
  Credentials,
  Verdict,
} from '../contract/authenticator.ts';
import { acceptsOpaqueTokens } from '../contract/composition.ts';
import { isPrincipal } from '../contract/principal.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { GateAnswer } from '../gate/gate.ts';
import { faultOf, toAnswer } from '../gate/judge.ts';
import { failedChecksOf } from './failed-checks.ts';
import { TIMEOUT_HINTS } from './timeout-hints.ts';
import type { TraceRecord } from './trace-record.ts';

/** Asks the authenticator, and records what it does not report itself. */
export class AskedAuthenticator implements Authenticator<object> {
  readonly #inner: Authenticator<object>;
  readonly #record: TraceRecord;
  wasAsked = false;
  /** What it answered, or threw; undefined until then. */
  verdict: Verdict<object> | undefined;

  constructor(inner: Authenticator<object>, record: TraceRecord) {
    this.#inner = inner;
    this.#record = record;
  }

  get name(): string {
    return this.#inner.name;
  }

  get schemes(): readonly string[] {
    return this.#inner.schemes ?? ['bearer'];
  }

  async authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Promise<Verdict<object>> {
    this.wasAsked = true;
    try {
      const verdict = await this.#inner.authenticate(credentials, context);
      this.#note(verdict);
      return verdict;
    } catch (thrown) {
      this.#note(faultOf(thrown));
      throw thrown;
    }
  }

  /** The gate has decided, perhaps before the authenticator answered: then it was too slow. */
  conclude({ refusal }: GateAnswer): void {
    if (!this.wasAsked || this.verdict !== undefined) return;
    if (refusal?.reason === 'timeout') this.#addTimeout(refusal);
    this.#note(refusal);
  }

  #note(answered: unknown): void {
    this.verdict = isPrincipal(answered) ? answered : toAnswer(answered);
    if (AuthError.is(this.verdict)) this.#addRefusal(this.verdict);
    this.#addBinding(this.verdict);
  }

  /** Adds a step for the check that waits for a provider, if no authenticator has reported one. */
  #addTimeout(error: AuthError): void {
    const [check] = failedChecksOf(error, acceptsOpaqueTokens(this.#inner));
    const waiting = this.#record.waiting ?? {
      check: check === 'introspection' ? check : 'key',
      authenticator: this.name,
    };
    if (this.#record.hasFailed([waiting.check])) return;
    this.#record.add({
      ...waiting,
      result: 'failed',
      expected: 'an answer from the provider in time',
      received: `none (${describeError(error)})`,
      hint: TIMEOUT_HINTS[waiting.check],
    });
  }

  /** Adds a step for the refusal, if the authenticator has reported none. */
  #addRefusal(error: AuthError): void {
    const checks = failedChecksOf(error, acceptsOpaqueTokens(this.#inner));
    const [check] = checks;
    if (check === 'binding' || this.#record.hasFailed(checks)) return;
    const received = describeError(error);
    this.#record.add({ check, result: 'failed', authenticator: this.name, received });
  }

  /** Whether the token is bound to a key, which nothing proves. */
  #addBinding(verdict: Verdict<object>): void {
    const step = { check: 'binding', authenticator: this.name } as const;
    const answer = toAnswer(verdict);
    if (isPrincipal(answer)) return this.#record.add({ ...step, result: 'passed' });
    if (!isBound(answer)) return this.#record.add({ ...step, result: 'not_reached' });
    this.#record.add({
      ...step,
      result: 'failed',
      expected: 'a token without the claim cnf',
      received: 'a token that is bound to a key (cnf)',
      hint: 'request a plain bearer token: proofs of possession cannot be checked yet',
    });
  }
}

function isBound(error: AuthError): boolean {
  return failedChecksOf(error, false)[0] === 'binding';
}

/** `unavailable` names its cause: the address, and what it answered. */
export function describeError({ code, reason, claim, cause }: AuthError): string {
  const why = code === 'unavailable' && cause instanceof Error ? `: ${cause.message}` : '';
  return `${code}/${reason}${claim === undefined ? '' : ` (${claim})`}${why}`;
}
