import type { Credentials } from '../contract/authenticator.ts';
import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { Refusal } from '../refusal/refusal.ts';

/**
 * One call of one transport, as a binding shows it. Its members are read when they are needed, so they
 * may be getters.
 */
export interface TransportCall {
  /** '/pkg.Service/Method' */
  readonly method: string;
  /** True if either side may send more than one message: only then the call ends at the token's expiry. */
  readonly streaming: boolean;
  /** What credentialsFrom() or another extractor returned. Not read for a public or a denied method. */
  readonly credentials: Credentials | AuthError | undefined;
  readonly peer?: {
    /** 'ip:port' */
    readonly address: string;
    readonly connection?: object;
    readonly certificate?: Uint8Array;
  };
  readonly authority?: string;
  /** W3C Trace Context; copied to the Decision if it is well-formed. */
  readonly traceparent?: string;
  readonly header?: (name: string) => string | undefined;
  /** By the clock of the guard. Infinity or undefined: none. */
  readonly deadlineEpochMs?: number;
  /**
   * Ends an accepted call: its token expired, or was revoked. Called once at most; also before the
   * promise of begin() has settled, if the token is revoked at that moment.
   */
  end(refusal: AuthError): void;
}

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
