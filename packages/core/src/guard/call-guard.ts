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
  /** What a rule under a dry run would have refused. */
  readonly wouldRefuse: AuthError | undefined;
  /** The same in every Decision about this call. */
  readonly callId: string;
  /** True for a public method: nothing was checked. Absent otherwise. */
  readonly public?: true;
}

/** The whole of authentication for one server, without a transport. */
export interface CallGuard {
  /** Reads the configured header; `header` is called with its name in lower case. */
  credentialsFrom(
    header: (name: string) => string | undefined,
  ): Credentials | AuthError | undefined;
  /**
   * Decides one call. Synchronous if the verdict is at hand. Never throws, never rejects. An allowed
   * call counts as open until finish(), end() or a refusal.
   */
  begin(call: TransportCall): GateOutcome | Promise<GateOutcome>;
  /** The call has ended, or its caller has disconnected while it was being decided. Idempotent. */
  finish(callOfBegin: TransportCall, by?: 'client' | 'deadline' | 'server'): void;
  /** How the client learns of a refusal: `stage` 'admission' for one of begin(), 'running' for end(). */
  describe(error: AuthError, call: TransportCall, stage: 'admission' | 'running'): Refusal;
}
