import type { Credentials } from '../contract/authenticator.ts';
import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { TransportCall } from '../gate/transport-call.ts';
import type { Refusal } from '../refusal/refusal.ts';

/** What the guard decided. `refusal` is set exactly when `allowed` is false. */
export interface GateOutcome {
  readonly allowed: boolean;
  /** undefined if an anonymous caller or a public method is allowed. */
  readonly principal: Principal<object> | undefined;
  readonly refusal: AuthError | undefined;
  /** The refusal that a dry run did not apply. */
  readonly wouldRefuse: AuthError | undefined;
  /** The ID of the call, which each Decision about it has too. */
  readonly callId: string;
  /** True for a public method: nothing was checked. Absent otherwise. */
  readonly public?: true;
}

/** Authenticates the calls of one server, for any transport. */
export interface CallGuard {
  /** Reads the configured header; `header` is called with its name in lower case. */
  credentialsFrom(
    header: (name: string) => string | undefined,
  ): Credentials | AuthError | undefined;
  /**
   * Decides one call. Synchronous if the verdict needs no waiting. Never throws, never rejects. An allowed
   * call is open until the binding calls finish() or the guard calls the call's end().
   */
  begin(call: TransportCall): GateOutcome | Promise<GateOutcome>;
  /**
   * Reports that the call has ended, or that its caller disconnected during the decision. Idempotent. After
   * the guard has ended a call, 'server' reports that its handler has ended, too.
   */
  finish(callOfBegin: TransportCall, by?: 'client' | 'deadline' | 'server'): void;
  /** The refusal as a client sees it. `stage`: 'admission' for a refusal of begin(), 'running' for end(). */
  describe(error: AuthError, call: TransportCall, stage: 'admission' | 'running'): Refusal;
}
