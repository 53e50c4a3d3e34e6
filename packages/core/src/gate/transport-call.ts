import type { Credentials } from '../contract/authenticator.ts';
import type { AuthError } from '../errors/auth-error.ts';

/**
 * One call of one transport, as a binding shows it. Its members are read when they are needed, so they
 * may be getters.
 */
export interface TransportCall {
  /** '/pkg.Service/Method' */
  readonly method: string;
  /** True if the transport serves the method. Default: whether the policy names it. */
  readonly methodKnown?: boolean;
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
