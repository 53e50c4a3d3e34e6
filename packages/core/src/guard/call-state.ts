import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';
import { GateContext } from '../gate/gate-context.ts';
import type { GateLimits } from '../gate/gate-limits.ts';
import type { Rule } from '../policy/rule.ts';
import type { Link } from '../queue/linked-list.ts';
import { nextCallId } from './call-id.ts';
import type { OpenCall } from './open-calls.ts';
import type { TransportCall } from '../gate/transport-call.ts';

/** What the guard knows about one call, from begin() to its end. */
export class CallState implements OpenCall {
  readonly call: TransportCall;
  readonly rule: Rule;
  readonly context: GateContext;
  readonly callId: string = nextCallId();
  /** undefined if nobody records the call. */
  readonly startedMs: number | undefined;
  /** The number of revocations before the call began. */
  readonly revocations: number;
  phase: 'deciding' | 'open' | 'ended' = 'deciding';
  /** The caller of an open call, or of one that was open. undefined if anonymous. */
  principal: Principal<object> | undefined;
  /** Why the guard ended the call; undefined if it did not. */
  endedWith: AuthError | undefined;
  cancelTimer: (() => void) | undefined;
  place: Link<OpenCall> | undefined;
  readonly #revoke: (state: CallState) => void;

  constructor(
    call: TransportCall,
    rule: Rule,
    from: {
      readonly startedMs: number | undefined;
      readonly limits: GateLimits;
      readonly revocations: number;
      /** Ends the call because its token was revoked. */
      readonly revoke: (state: CallState) => void;
    },
  ) {
    this.call = call;
    this.rule = rule;
    this.context = new GateContext(call, from.limits);
    this.startedMs = from.startedMs;
    this.revocations = from.revocations;
    this.#revoke = from.revoke;
  }

  get caller(): Principal<object> | undefined {
    return this.principal;
  }

  revoke(): void {
    this.#revoke(this);
  }
}
