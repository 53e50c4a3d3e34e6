import type {
  AuthenticationContext,
  Authenticator,
  Credentials,
} from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { type Clock, systemClock } from '../contract/clock.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import { isPromiseLike } from '../contract/is-promise-like.ts';
import { AuthError } from '../errors/auth-error.ts';
import { checkNumber } from '../errors/option-checks.ts';
import { authorize } from '../policy/authorize.ts';
import { asksForScopes } from '../policy/implies.ts';
import type { Policy } from '../policy/checked-policy.ts';
import { effectiveRule, ruleNode, type Rule, type RuleNode } from '../policy/rule.ts';
import { authenticated, denyAll } from '../policy/rules.ts';
import { GateContext } from './gate-context.ts';
import { checkPolicy } from './check-policy.ts';
import { PendingLimit } from './pending-limit.ts';
import { waitFor } from './wait.ts';

export interface GateOptions {
  readonly authenticator: Authenticator<object>;
  /** None: every method needs a verified caller. */
  readonly policy?: Policy;
  /** Milliseconds an authentication may take, 1 to 600,000; 10,000 unless said. */
  readonly timeoutMs?: number;
}

export type Decided = Principal<object> | AuthError | undefined;

/** One call, as it waits to be decided. */
interface Question {
  readonly rule: RuleNode;
  readonly credentials: Credentials;
  readonly attempt: GateContext;
  readonly observer: DryRunObserver | undefined;
  /** Who passes whatever the rule comes to, once verified: the rule is under a dry run. */
  passes?: Principal<object>;
}

/** Told what a rule under a dry run would have refused. */
export interface DryRunObserver {
  wouldRefuse(error: AuthError): void;
}

/**
 * Decides calls without knowing any transport. Total: whatever the authenticator does, the answer is
 * a principal, an AuthError or undefined (an anonymous caller who may pass), and a promise given back
 * never rejects.
 */
export class Gate {
  readonly #authenticator: Authenticator<object>;
  #schemes: ReadonlySet<string>;
  #checkedSchemes: readonly string[] | undefined;
  readonly #policy: Policy | undefined;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #pending = new PendingLimit();

  constructor(options: GateOptions, clock: Clock = systemClock) {
    const { authenticator, policy, timeoutMs } = options;
    this.#authenticator = authenticator;
    this.#schemes = checkAuthenticator(authenticator);
    this.#checkedSchemes = authenticator.schemes;
    this.#policy = checkPolicy(policy, authenticator);
    this.#timeoutMs = checkNumber('timeoutMs', timeoutMs, {
      default: 10_000,
      min: 1,
      max: 600_000,
    });
    this.#clock = clock;
  }

  /** A policy that fails here, or gives what is no rule, denies. */
  ruleFor(method: string): Rule {
    if (this.#policy === undefined) return authenticated();
    try {
      const rule = this.#policy.ruleFor(method);
      ruleNode(rule, method);
      return rule;
    } catch {
      return denyAll();
    }
  }

  decide(
    rule: Rule,
    credentials: Credentials | undefined,
    transport: AuthenticationContext,
    observer?: DryRunObserver,
  ): Decided | Promise<Decided> {
    const node = effectiveRule(rule, transport.method);
    if (node.kind === 'public') return undefined;
    if (node.kind === 'deny') return new AuthError('permission_denied', 'denied');
    if (credentials === undefined) {
      return node.kind === 'anonymous' ? undefined : new AuthError('missing_credentials', 'absent');
    }
    if (!this.#accepts(credentials.scheme)) {
      return new AuthError('missing_credentials', 'other_scheme');
    }
    const attempt = new GateContext(transport);
    const question: Question = { rule: node, credentials, attempt, observer };
    try {
      const verdict = this.#authenticator.authenticate(credentials, attempt);
      if (isPromiseLike(verdict)) {
        return this.#wait(verdict, question, (late) => this.#judge(late, question));
      }
      const decided = this.#judge(verdict, question);
      // The rule may ask somebody else, and that takes time.
      if (isPromiseLike(decided)) return this.#wait(decided, question, (late) => late as Decided);
      attempt.release();
      return decided;
    } catch (thrown) {
      attempt.release();
      return faultOf(thrown);
    }
  }

  /** A reload may have changed the schemes. */
  #accepts(scheme: string): boolean {
    const { schemes } = this.#authenticator;
    if (schemes !== this.#checkedSchemes) {
      this.#schemes = checkAuthenticator(this.#authenticator);
      this.#checkedSchemes = schemes;
    }
    return this.#schemes.has(scheme);
  }

  /** The rule against whoever was verified. */
  #judge(answer: unknown, question: Question): Decided | Promise<Decided> {
    const verdict = conclude(answer);
    const { rule, observer } = question;
    if (AuthError.is(verdict)) return verdict;
    // Checked at start-up too, by the traits; a wrapper may have forgotten those.
    if (!verdict.audienceChecked && !asksForScopes(rule)) {
      return new AuthError('invalid_token', 'audience');
    }
    if (rule.kind === 'authenticated') return verdict;
    if (rule.kind === 'dry_run' && this.#clock.nowMs() < rule.untilMs) question.passes = verdict;
    const refusal = authorize(rule, {
      principal: verdict,
      nowMs: () => this.#clock.nowMs(),
      confirm: (by) => this.#confirm(by, question),
      wouldRefuse: (error) => observer?.wouldRefuse(error),
    });
    return isPromiseLike(refusal) ? refusal.then((late) => late ?? verdict) : (refusal ?? verdict);
  }

  /** Verifies the same credentials again, by another authenticator and with the same checks. */
  async #confirm(
    by: Authenticator<object>,
    { credentials, attempt }: Question,
  ): Promise<Principal<object> | AuthError> {
    if (!checkAuthenticator(by).has(credentials.scheme)) {
      return new AuthError('missing_credentials', 'other_scheme');
    }
    const askedAtMs = this.#clock.nowMs();
    try {
      const verdict = conclude(await by.authenticate(credentials, attempt));
      return isPrincipal(verdict) && isStale(verdict, askedAtMs)
        ? new AuthError('permission_denied', 'unconfirmed')
        : verdict;
    } catch (thrown) {
      return faultOf(thrown);
    }
  }

  #wait(
    promised: PromiseLike<unknown>,
    question: Question,
    concludeLate: (answer: unknown) => Decided | Promise<Decided>,
  ): Decided | Promise<Decided> {
    const { attempt } = question;
    const peer = attempt.peer.address;
    if (!this.#pending.enter(peer)) {
      // It was asked already: it is told to stop, and what it answers is dropped.
      promised.then(ignore, ignore);
      attempt.abort(new Error('too many authentications are under way'));
      return unlessDry(
        question,
        new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 }),
      );
    }
    const limit = {
      clock: this.#clock,
      timeoutMs: this.#timeoutMs,
      onSettled: () => this.#pending.leave(peer),
      onLate: (refusal: AuthError) => unlessDry(question, refusal),
    };
    return waitFor(promised, attempt, limit, concludeLate, faultOf);
  }
}

/** A rule that has no time or no place to be decided refuses nobody under a dry run. */
function unlessDry({ passes, observer }: Question, refusal: AuthError): Decided {
  if (passes === undefined) return refusal;
  observer?.wouldRefuse(refusal);
  return passes;
}

/** Only what `createPrincipal` made and an AuthError are answers; all else is a bug, and a refusal. */
function conclude(answer: unknown): Principal<object> | AuthError {
  if (isPrincipal(answer)) {
    // No proof of possession is checked yet, and a bound token without its proof may be stolen.
    const bound = answer.confirmation !== undefined || Object.hasOwn(answer.claims, 'cnf');
    return bound ? new AuthError('invalid_token', 'binding') : answer;
  }
  return AuthError.is(answer) ? answer : new AuthError('internal', 'bug');
}

/**
 * True for a verdict that is older than the question: it came from a cache, whatever the traits say.
 * A whole number of seconds may have been rounded down.
 */
function isStale({ verifiedAtEpochSeconds }: Principal<object>, askedAtMs: number): boolean {
  const askedAtSeconds = askedAtMs / 1000;
  return Number.isInteger(verifiedAtEpochSeconds)
    ? verifiedAtEpochSeconds < Math.floor(askedAtSeconds)
    : verifiedAtEpochSeconds < askedAtSeconds;
}

function faultOf(thrown: unknown): AuthError {
  return AuthError.is(thrown) ? thrown : new AuthError('internal', 'bug', { cause: thrown });
}

function ignore(): void {}
