import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';

/**
 * A frozen record for an audit log, given to `onDecision` and published on the diagnostics channel
 * `grpc-authn:decision`: one when a call is decided, and one more if the guard ends the call later. It
 * contains nothing from an unverified token. Calls of a public method have no record.
 */
export interface Decision {
  readonly outcome: 'allowed' | 'would_refuse' | 'refused' | 'cancelled' | 'expired' | 'revoked';
  /** '/pkg.Service/Method' */
  readonly method: string;
  /**
   * True if the transport serves the method, or the policy names it. A caller may make up the name of any
   * other.
   */
  readonly methodKnown: boolean;
  /** True if either side may send more than one message. */
  readonly streaming: boolean;
  /** 'ip:port', or 'unknown'. */
  readonly peer: string;
  readonly rule: string;
  /** Why the call was refused or ended; with 'would_refuse', the refusal that the dry run did not apply. */
  readonly error: AuthError | undefined;
  /** The gRPC status code that the guard ends the call with; undefined if it does not end the call. */
  readonly statusCode: number | undefined;
  /**
   * The verified caller. undefined if nobody was verified. Control characters in its texts are escaped as
   * `\u000a`; its claims are as the issuer signed them, so write them as JSON.
   */
  readonly principal: Principal<object> | undefined;
  /** The name of the authenticator that verified the principal, else the server's. undefined if not asked. */
  readonly authenticator: string | undefined;
  /** All records of one call share it: a call that is allowed and later ended by the guard has two. */
  readonly callId: string;
  /** W3C Trace Context, as the caller sent it. */
  readonly traceparent: string | undefined;
  /**
   * True if the verdict is from the cache of `cached()`, false if that had none. undefined: no such cache was
   * asked.
   */
  readonly cached: boolean | undefined;
  /**
   * Under 'cancelled' only. 'deadline': the call ended at most 20 ms before its deadline, or later.
   * 'server': the binding reported it. Else 'client', also for a shutdown of a grpc-js server, which looks
   * the same.
   */
  readonly cancelledBy: 'client' | 'deadline' | 'server' | undefined;
  readonly durationMs: number;
}
