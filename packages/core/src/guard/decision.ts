import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';

/**
 * A record for an audit log: one when a call is decided, and one more if it is ended later. Nothing in
 * it was taken from an unverified token. Calls of a public method have none.
 */
export interface Decision {
  readonly outcome: 'allowed' | 'would_refuse' | 'refused' | 'cancelled' | 'expired' | 'revoked';
  /** '/pkg.Service/Method' */
  readonly method: string;
  /** 'ip:port', or 'unknown'. */
  readonly peer: string;
  readonly rule: string;
  /** Why it was refused or ended; under 'would_refuse' what the rule under a dry run would have said. */
  readonly error: AuthError | undefined;
  /** Only ever a verified one. */
  readonly principal: Principal<object> | undefined;
  /** The one that verified the principal; else the server's. undefined if none was asked. */
  readonly authenticator: string | undefined;
  /** All records of one call share it: a stream that is allowed and later ended has two. */
  readonly callId: string;
  /** W3C Trace Context, as the caller sent it. */
  readonly traceparent: string | undefined;
  /** True if the verdict came from a cache. undefined: unknown. */
  readonly cached: boolean | undefined;
  /**
   * Under 'cancelled' only. deadline: it ended within 20 ms before the deadline, or later. server: the
   * binding said so. Else client: grpc-js shows a shutdown as a cancellation.
   */
  readonly cancelledBy: 'client' | 'deadline' | 'server' | undefined;
  readonly durationMs: number;
}
