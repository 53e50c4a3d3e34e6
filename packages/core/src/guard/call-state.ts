import { randomUUID } from 'node:crypto';
import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';
import { GateContext } from '../gate/gate-context.ts';
import type { Rule } from '../policy/rule.ts';
import type { OpenCall } from './open-calls.ts';
import type { TransportCall } from '../gate/transport-call.ts';

/** What the guard knows about one call, from begin() to its end. */
export class CallState implements OpenCall {
  readonly call: TransportCall;
  readonly rule: Rule;
  readonly context: GateContext;
  readonly callId: string = randomUUID();
  readonly startedMs: number;
  /** How many revocations there had been when it began. */
  readonly revocations: number;
  phase: 'deciding' | 'open' | 'ended' = 'deciding';
  /** Of an open call, and of one that was open. */
  principal: Principal<object> | undefined;
  /** What ended it, if the guard did. */
  endedWith: AuthError | undefined;
  cancelTimer: (() => void) | undefined;
  readonly #revoke: (state: CallState) => void;

  constructor(
    call: TransportCall,
    rule: Rule,
    from: {
      readonly startedMs: number;
      readonly revocations: number;
      /** Ends it because its token was revoked. */
      readonly revoke: (state: CallState) => void;
    },
  ) {
    this.call = call;
    this.rule = rule;
    this.context = new GateContext(call);
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
