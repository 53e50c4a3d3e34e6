import type { Authenticator, Credentials } from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import type { Clock } from '../contract/clock.ts';
import { isPromiseLike } from '../contract/is-promise-like.ts';
import type { Principal } from '../contract/principal.ts';
import { readCredentials } from '../credentials/read-credentials.ts';
import { AuthError, insufficientScope } from '../errors/auth-error.ts';
import type { TransportCall } from './transport-call.ts';
import { authorize } from '../policy/authorize.ts';
import type { Policy } from '../policy/checked-policy.ts';
import { asksForScopes } from '../policy/implies.ts';
import { effectiveRule, type Rule, type RuleNode, ruleNode } from '../policy/rule.ts';
import { authenticated, denyAll } from '../policy/rules.ts';
import { FairQueue, Waiter } from '../queue/fair-queue.ts';
import { checkPolicy } from './check-policy.ts';
import type { GateContext } from './gate-context.ts';
import type { GateLimits } from './gate-limits.ts';
import { confirmBy, faultOf, toAnswer } from './judge.ts';
import { requiredScopesOf } from './required-scopes.ts';
import { timeLimitOf } from './time-limit.ts';
import { waitFor } from './wait.ts';

export interface GateSettings {
  readonly authenticator: Authenticator<object>;
  readonly policy: Policy | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly limits: GateLimits;
}

/** A principal, a refusal, or neither: an anonymous caller who is allowed. */
export interface GateAnswer {
  readonly principal?: Principal<object> | undefined;
  readonly refusal?: AuthError | undefined;
  /** What a rule under a dry run would have refused. */
  readonly wouldRefuse?: AuthError | undefined;
  /** The method is public: nothing was checked. */
  readonly public?: true;
}

const PUBLIC: GateAnswer = Object.freeze({ public: true });
const ANONYMOUS: GateAnswer = Object.freeze({});

/** One call whose credentials are verified. */
interface Verification {
  readonly call: TransportCall;
  readonly rule: RuleNode;
  readonly context: GateContext;
  readonly credentials: Credentials;
  /** The end of the rule's dry run. */
  readonly dryRunUntilMs: number | undefined;
  /** Who is allowed whatever the rule comes to: verified, and the rule is under a dry run. */
  dryRunFor?: Principal<object>;
  wouldRefuse?: AuthError;
}

/**
 * Decides calls. Total: whatever the authenticator, the extractor or a predicate does, the answer is a
 * GateAnswer, and a promise of one never rejects.
 */
export class Gate {
  readonly #settings: GateSettings;
  readonly #waiting: FairQueue<GateContext>;
  #schemes: ReadonlySet<string>;
  #checkedSchemes: readonly string[] | undefined;

  /** @throws ConfigError if the authenticator is none, or the policy does not fit it. */
  constructor(settings: GateSettings) {
    this.#settings = settings;
    this.#schemes = checkAuthenticator(settings.authenticator);
    this.#checkedSchemes = settings.authenticator.schemes;
    checkPolicy(settings.policy, settings.authenticator);
    this.#waiting = new FairQueue(settings.limits);
  }

  /** A policy that throws here, or returns what is not a rule, denies. */
  ruleFor(method: string): Rule {
    const { policy } = this.#settings;
    if (policy === undefined) return authenticated();
    try {
      const rule = policy.ruleFor(method);
      ruleNode(rule, method);
      return rule;
    } catch {
      return denyAll();
    }
  }

  decide(call: TransportCall, rule: Rule, context: GateContext): GateAnswer | Promise<GateAnswer> {
    try {
      const node = effectiveRule(rule, call.method);
      switch (node.kind) {
        case 'public':
          return PUBLIC;
        case 'deny':
          return { refusal: new AuthError('permission_denied', 'denied') };
        case 'anonymous':
          return this.#verify(call, node, context, { whenAbsent: ANONYMOUS });
        case 'dry_run':
          return this.#verify(call, node, context, { dryRunUntilMs: node.untilMs });
        case 'authenticated':
        case 'scopes':
        case 'any_scope':
        case 'claim':
        case 'confirmed':
        case 'all':
        case 'any':
        case 'override':
          return this.#verify(call, node, context, {});
      }
    } catch (thrown) {
      return { refusal: faultOf(thrown) };
    }
  }

  #verify(
    call: TransportCall,
    rule: RuleNode,
    context: GateContext,
    special: { readonly whenAbsent?: GateAnswer; readonly dryRunUntilMs?: number },
  ): GateAnswer | Promise<GateAnswer> {
    const credentials = readCredentials(call.credentials);
    if (AuthError.is(credentials)) return { refusal: credentials };
    if (credentials === undefined) {
      return special.whenAbsent ?? { refusal: new AuthError('missing_credentials', 'absent') };
    }
    if (!this.#accepts(credentials.scheme)) {
      return { refusal: new AuthError('missing_credentials', 'other_scheme') };
    }
    const { dryRunUntilMs } = special;
    const verification: Verification = { call, rule, context, credentials, dryRunUntilMs };
    context.asked = true;
    const verdict = this.#settings.authenticator.authenticate(credentials, context);
    if (isPromiseLike(verdict)) {
      return this.#wait(verdict, verification, (late) => this.#authorize(late, verification));
    }
    const answer = this.#authorize(verdict, verification);
    // The rule may ask another authenticator, which takes time.
    return isPromiseLike(answer)
      ? this.#wait(answer, verification, (late) => late as GateAnswer)
      : answer;
  }

  /** A reload may have changed the schemes. */
  #accepts(scheme: string): boolean {
    const { schemes } = this.#settings.authenticator;
    if (schemes !== this.#checkedSchemes) {
      this.#schemes = checkAuthenticator(this.#settings.authenticator);
      this.#checkedSchemes = schemes;
    }
    return this.#schemes.has(scheme);
  }

  /** Applies the rule to the verified caller. */
  #authorize(verdict: unknown, verification: Verification): GateAnswer | Promise<GateAnswer> {
    const caller = toAnswer(verdict);
    if (AuthError.is(caller)) return { refusal: caller };
    const { rule, dryRunUntilMs, context, credentials } = verification;
    // Also checked at start-up, by the traits; a wrapper may have forgotten those.
    if (!caller.audienceChecked && !asksForScopes(rule)) {
      return { refusal: new AuthError('invalid_token', 'audience') };
    }
    const { clock } = this.#settings;
    if (dryRunUntilMs !== undefined && clock.nowMs() < dryRunUntilMs) {
      verification.dryRunFor = caller;
    }
    const refusal = authorize(rule, {
      principal: caller,
      nowMs: () => clock.nowMs(),
      confirm: (by) => confirmBy(by, credentials, context, clock),
      wouldRefuse: (error) => (verification.wouldRefuse = withScopes(error, rule)),
    });
    const conclude = (refused: AuthError | undefined): GateAnswer =>
      refused === undefined
        ? { principal: caller, wouldRefuse: verification.wouldRefuse }
        : { refusal: withScopes(refused, rule) };
    return isPromiseLike(refusal) ? refusal.then(conclude) : conclude(refusal);
  }

  #wait(
    promised: PromiseLike<unknown>,
    verification: Verification,
    conclude: (answer: unknown) => GateAnswer | Promise<GateAnswer>,
  ): GateAnswer | Promise<GateAnswer> {
    const { call, context } = verification;
    const { clock, timeoutMs } = this.#settings;
    const abandon = (refusal: AuthError): GateAnswer => {
      // It was asked already: its signal is aborted, and its answer is ignored.
      promised.then(ignore, ignore);
      context.abort(new Error('the call does not wait for its authentication'));
      return unlessDryRun(verification, refusal);
    };
    const timeLimitMs = timeLimitOf(timeoutMs, call.deadlineEpochMs, () => clock.nowMs());
    if (timeLimitMs === undefined) return abandon(new AuthError('unavailable', 'timeout'));
    let waiter: Waiter<GateContext>;
    try {
      waiter = new Waiter(context.queueKeys, context);
    } catch (thrown) {
      abandon(faultOf(thrown));
      throw thrown;
    }
    const displaced = this.#waiting.add(waiter);
    if (displaced === waiter) return abandon(overloaded());
    const answer = waitFor<GateAnswer>(promised, context, {
      clock,
      timeLimitMs,
      conclude,
      faultOf: (thrown) => ({ refusal: faultOf(thrown) }),
      onAbort: (refusal) => unlessDryRun(verification, refusal),
      onSettled: () => void this.#waiting.remove(waiter),
    });
    displaced?.value.abort(new Error('another call took the place of this one'), overloaded());
    return answer;
  }
}

function overloaded(): AuthError {
  return new AuthError('unavailable', 'overloaded', { retryAfterMs: 1000 });
}

/** A rule that has no time or no place to be decided refuses nobody under a dry run. */
function unlessDryRun({ dryRunFor }: Verification, refusal: AuthError): GateAnswer {
  return dryRunFor === undefined ? { refusal } : { principal: dryRunFor, wouldRefuse: refusal };
}

function withScopes(refusal: AuthError, rule: RuleNode): AuthError {
  if (refusal.code !== 'permission_denied' || refusal.reason !== 'scope') return refusal;
  return insufficientScope(requiredScopesOf(rule));
}

function ignore(): void {}
