import type { Credentials } from '../contract/authenticator.ts';
import { decisionChannel, handlerEndChannel } from '../contract/channels.ts';
import { isPromiseLike } from '../contract/is-promise-like.ts';
import { notify } from '../contract/notify.ts';
import { knowsToken } from '../compose/known-token.ts';
import type { Principal } from '../contract/principal.ts';
import { parseBearer } from '../credentials/bearer.ts';
import { AuthError } from '../errors/auth-error.ts';
import { Gate, type GateAnswer } from '../gate/gate.ts';
import { faultOf } from '../gate/judge.ts';
import { namesMethod } from '../policy/checked-policy.ts';
import { isDeadline } from '../gate/time-limit.ts';
import type { Refusal } from '../refusal/refusal.ts';
import { nextCallId } from './call-id.ts';
import { CallState } from './call-state.ts';
import { CallStates } from './call-states.ts';
import type { Decision } from './decision.ts';
import type { GuardSettings } from './guard-options.ts';
import { endAt, endOfStream } from './lifetime.ts';
import { OpenCalls } from './open-calls.ts';
import { recordedPrincipal } from './recorded-principal.ts';
import type { CallGuard, GateOutcome } from './call-guard.ts';
import type { TransportCall } from '../gate/transport-call.ts';

/** What createCallGuard() returns. */
export class Guard implements CallGuard {
  readonly #settings: GuardSettings;
  readonly #gate: Gate;
  readonly #openCalls: OpenCalls;
  readonly #revoke = (state: CallState): void => {
    this.#terminate(state, 'revoked', new AuthError('invalid_token', 'revoked'));
  };
  readonly #isKnown = (token: string): boolean => knowsToken(this.#settings.authenticator, token);
  readonly #states = new CallStates();

  constructor(settings: GuardSettings) {
    this.#settings = settings;
    this.#gate = new Gate(settings);
    this.#openCalls = new OpenCalls(settings.authenticator, settings.clock);
  }

  credentialsFrom(
    header: (name: string) => string | undefined,
  ): Credentials | AuthError | undefined {
    try {
      const value: unknown = header(this.#settings.header);
      if (value === undefined || value === null) return undefined;
      return typeof value === 'string'
        ? parseBearer(value, this.#settings.bearer, this.#isKnown)
        : new AuthError('malformed_credentials', 'multiple');
    } catch (fault) {
      return faultOf(fault);
    }
  }

  begin(call: TransportCall): GateOutcome | Promise<GateOutcome> {
    try {
      return this.#begin(call);
    } catch (fault) {
      return refused(faultOf(fault), nextCallId());
    }
  }

  #begin(call: TransportCall): GateOutcome | Promise<GateOutcome> {
    if (this.#states.get(call) !== undefined) throw new TypeError('begin: expected each call once');
    const { onDecision, clock, limits } = this.#settings;
    const state = new CallState(call, this.#gate.ruleFor(call.method), {
      // Read only if somebody records the call.
      startedMs:
        onDecision !== undefined || decisionChannel.hasSubscribers ? clock.nowMs() : undefined,
      limits,
      revocations: this.#openCalls.revocations,
      revoke: this.#revoke,
    });
    this.#states.set(call, state);
    const answer = this.#gate.decide(call, state.rule, state.context);
    return isPromiseLike(answer)
      ? this.#concludeLate(answer, state)
      : this.#conclude(answer, state);
  }

  async #concludeLate(answer: Promise<GateAnswer>, state: CallState): Promise<GateOutcome> {
    let late: GateAnswer;
    try {
      late = await answer;
    } catch (fault) {
      late = { refusal: faultOf(fault) };
    }
    return this.#conclude(late, state);
  }

  #conclude(answer: GateAnswer, state: CallState): GateOutcome {
    try {
      const { principal, refusal, wouldRefuse } = answer;
      // Its caller has disconnected meanwhile.
      if (state.phase === 'ended') {
        return refused(refusal ?? new AuthError('unavailable', 'timeout'), state.callId);
      }
      if (answer.public === true) return this.#admitPublic(state);
      if (refusal !== undefined) return this.#refuse(refusal, state);
      if (principal !== undefined && this.#openCalls.revokedSince(state.revocations, principal)) {
        return this.#refuse(new AuthError('invalid_token', 'revoked'), state);
      }
      return this.#admit(principal, wouldRefuse, state);
    } catch (fault) {
      this.#close(state);
      return refused(faultOf(fault), state.callId);
    }
  }

  #admitPublic(state: CallState): GateOutcome {
    this.#close(state);
    return { ...allowed(undefined, undefined, state.callId), public: true };
  }

  #admit(
    principal: Principal<object> | undefined,
    wouldRefuse: AuthError | undefined,
    state: CallState,
  ): GateOutcome {
    state.principal = principal;
    state.phase = 'open';
    this.#openCalls.add(state);
    this.#record(state, wouldRefuse === undefined ? 'allowed' : 'would_refuse', wouldRefuse);
    // onDecision may have revoked the caller, or a timer may find the stream expired.
    if (isOpen(state) && principal !== undefined) this.#limitLifetime(state, principal);
    return isOpen(state)
      ? allowed(principal, wouldRefuse, state.callId)
      : refused(state.endedWith ?? new AuthError('unavailable', 'timeout'), state.callId);
  }

  #refuse(refusal: AuthError, state: CallState): GateOutcome {
    this.#close(state);
    this.#record(state, 'refused', refusal);
    return refused(refusal, state.callId);
  }

  #limitLifetime(state: CallState, principal: Principal<object>): void {
    const { streams, clock } = this.#settings;
    if (!state.call.streaming || !streams.endAtExpiry) return;
    const endMs = endOfStream(principal, streams, clock.nowMs());
    const cancel = endAt(endMs, clock, () => {
      const expired = new AuthError('invalid_token', 'expired', {
        tokenExpired: true,
        claim: 'exp',
      });
      this.#terminate(state, 'expired', expired);
    });
    if (isOpen(state)) state.cancelTimer = cancel;
    else cancel();
  }

  /** Ends an open call. */
  #terminate(state: CallState, outcome: 'expired' | 'revoked', error: AuthError): void {
    // A clock may fire a timer that was cancelled.
    if (!isOpen(state)) return;
    // Closed first: onDecision may revoke the caller, and so this call, again.
    state.endedWith = error;
    this.#close(state);
    this.#record(state, outcome, error);
    try {
      state.call.end(error);
    } catch (fault) {
      // A fault of one handler must not keep the other calls open; it is reported as an uncaught one.
      queueMicrotask(() => {
        throw fault;
      });
    }
  }

  finish(callOfBegin: TransportCall, by?: 'client' | 'deadline' | 'server'): void {
    const state = this.#states.get(callOfBegin);
    if (state === undefined) return;
    if (state.phase === 'ended') {
      if (by === 'server' && state.endedWith !== undefined) handlerEndChannel.publish(state.callId);
      return;
    }
    const wasDeciding = state.phase === 'deciding';
    this.#close(state);
    if (!wasDeciding) return;
    // A waiting authentication stops; what it answers is ignored.
    state.context.abort(new Error('the call has ended'));
    if (state.startedMs === undefined) return;
    const isLate = isDeadline(state.call.deadlineEpochMs, this.#settings.clock.nowMs());
    this.#record(state, 'cancelled', undefined, by ?? (isLate ? 'deadline' : 'client'));
  }

  describe(error: AuthError, call: TransportCall, stage: 'admission' | 'running'): Refusal {
    const { refusals, clock } = this.#settings;
    return refusals.describe(error, {
      stage,
      deadlineEpochMs: call.deadlineEpochMs,
      nowMs: () => clock.nowMs(),
    });
  }

  #close(state: CallState): void {
    state.phase = 'ended';
    this.#openCalls.remove(state);
    state.cancelTimer?.();
    state.cancelTimer = undefined;
  }

  #record(
    state: CallState,
    outcome: Decision['outcome'],
    error: AuthError | undefined,
    cancelledBy?: Decision['cancelledBy'],
  ): void {
    const { onDecision, clock, authenticator, policy, refusals } = this.#settings;
    const { call, principal, startedMs } = state;
    if (startedMs === undefined) return;
    const nowMs = clock.nowMs();
    const decision: Decision = Object.freeze({
      outcome,
      method: call.method,
      methodKnown: call.methodKnown ?? namesMethod(policy, call.method),
      streaming: call.streaming,
      peer: call.peer?.address ?? 'unknown',
      rule: state.rule.description,
      error,
      statusCode:
        error === undefined || outcome === 'would_refuse'
          ? undefined
          : refusals.statusCodeOf(error),
      principal: recordedPrincipal(principal),
      authenticator:
        principal?.authenticator ?? (state.context.asked ? authenticator.name : undefined),
      callId: state.callId,
      traceparent: wellFormedTraceparent(call.traceparent),
      cached: state.context.cached,
      cancelledBy,
      durationMs: nowMs - startedMs,
    });
    notify(onDecision, decision);
    if (decisionChannel.hasSubscribers) decisionChannel.publish(decision);
  }
}

function isOpen(state: CallState): boolean {
  return state.phase === 'open';
}

function allowed(
  principal: Principal<object> | undefined,
  wouldRefuse: AuthError | undefined,
  callId: string,
): GateOutcome {
  return { allowed: true, principal, refusal: undefined, wouldRefuse, callId };
}

function refused(refusal: AuthError, callId: string): GateOutcome {
  return { allowed: false, principal: undefined, refusal, wouldRefuse: undefined, callId };
}

/** The caller is not verified yet, so nothing else of it enters a record. */
function wellFormedTraceparent(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(value)
    ? value
    : undefined;
}
