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
import { checkPolicy } from './check-policy.ts';
import type { GateContext } from './gate-context.ts';
import type { GateLimits } from './gate-limits.ts';
import { confirmBy, faultOf, toAnswer } from './judge.ts';
import { requiredScopesOf } from './required-scopes.ts';
import { timeLimitOf } from './time-limit.ts';
import { overloaded, type Waitable, type WaitingCall, WaitingCalls } from './wait.ts';

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
class Verification implements Waitable<GateAnswer> {
  readonly call: TransportCall;
  readonly rule: RuleNode;
  readonly context: GateContext;
  readonly credentials: Credentials;
  /** The end of the rule's dry run. */
  readonly dryRunUntilMs: number | undefined;
  /** Who is allowed whatever the rule comes to: verified, and the rule is under a dry run. */
  dryRunFor: Principal<object> | undefined;
  wouldRefuse: AuthError | undefined;

  constructor(
    call: TransportCall,
    rule: RuleNode,
    context: GateContext,
    credentials: Credentials,
    dryRunUntilMs: number | undefined,
  ) {
    this.call = call;
    this.rule = rule;
    this.context = context;
    this.credentials = credentials;
    this.dryRunUntilMs = dryRunUntilMs;
  }

  /** A rule that has no time or no place to be decided refuses nobody under a dry run. */
  refuse(refusal: AuthError): GateAnswer {
    const { dryRunFor } = this;
    return dryRunFor === undefined ? { refusal } : { principal: dryRunFor, wouldRefuse: refusal };
  }

  fail(thrown: unknown): GateAnswer {
    return { refusal: faultOf(thrown) };
  }
}

/**
 * Decides calls. Total: whatever the authenticator, the extractor or a predicate does, the answer is a
 * GateAnswer, and a promise of one never rejects.
 */
export class Gate {
  readonly #settings: GateSettings;
  readonly #waiting: WaitingCalls<GateAnswer>;
  #schemes: ReadonlySet<string>;
  #checkedSchemes: readonly string[] | undefined;

  /** @throws ConfigError if the authenticator is none, or the policy does not fit it. */
  constructor(settings: GateSettings) {
    this.#settings = settings;
    this.#schemes = checkAuthenticator(settings.authenticator);
    this.#checkedSchemes = settings.authenticator.schemes;
    checkPolicy(settings.policy, settings.authenticator);
    this.#waiting = new WaitingCalls(settings.limits, settings.clock);
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
    const verification = new Verification(call, rule, context, credentials, dryRunUntilMs);
    context.asked = true;
    const verdict = this.#settings.authenticator.authenticate(credentials, context);
    if (isPromiseLike(verdict)) return this.#wait(verdict, 'verdict', verification);
    const answer = this.#authorize(verdict, verification);
    // The rule may ask another authenticator, which takes time.
    return isPromiseLike(answer) ? this.#wait(answer, 'answer', verification) : answer;
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
      return { refusal: new AuthError('invalid_token', 'audience', { claim: 'aud' }) };
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
    what: 'verdict' | 'answer',
    verification: Verification,
  ): GateAnswer | Promise<GateAnswer> {
    const { clock, timeoutMs } = this.#settings;
    try {
      const nowMs = clock.nowMs();
      const limitMs = timeLimitOf(timeoutMs, verification.call.deadlineEpochMs, nowMs);
      if (limitMs === undefined) {
        abandon(promised, verification);
        return verification.refuse(new AuthError('unavailable', 'timeout'));
      }
      const waiting = this.#waiting.add(verification, limitMs, nowMs);
      if (waiting === undefined) {
        abandon(promised, verification);
        return verification.refuse(overloaded());
      }
      void this.#follow(promised, what, verification, waiting);
      return waiting.decided;
    } catch (thrown) {
      abandon(promised, verification);
      throw thrown;
    }
  }

  /** Never rejects: a rejection without a listener would end the process. */
  async #follow(
    promised: PromiseLike<unknown>,
    what: 'verdict' | 'answer',
    verification: Verification,
    waiting: WaitingCall<GateAnswer>,
  ): Promise<void> {
    try {
      const late = await promised;
      if (waiting.isSettled) return;
      waiting.settle(
        what === 'answer' ? (late as GateAnswer) : await this.#authorize(late, verification),
      );
    } catch (thrown) {
      waiting.settle(verification.fail(thrown));
    }
  }
}

/** The authenticator was asked already: the call is aborted, and the answer is ignored. */
function abandon(promised: PromiseLike<unknown>, { context }: Verification): void {
  promised.then(ignore, ignore);
  context.abort(new Error('the call does not wait for its authentication'));
}

function withScopes(refusal: AuthError, rule: RuleNode): AuthError {
  if (refusal.code !== 'permission_denied' || refusal.reason !== 'scope') return refusal;
  return insufficientScope(requiredScopesOf(rule));
}

function ignore(): void {}
