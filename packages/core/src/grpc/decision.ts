import type { Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';

/**
 * One record a call, fit for an audit log: nothing in it was taken from an unverified token. A public
 * method's calls leave none, for nothing is decided: they are not looked at.
 */
export interface Decision {
  readonly outcome: 'allowed' | 'would_refuse' | 'refused' | 'cancelled' | 'expired' | 'revoked';
  /** '/pkg.Service/Method' */
  readonly method: string;
  /** As the transport tells it: 'ip:port', or 'unknown'. */
  readonly peer: string;
  readonly rule: string;
  readonly error: AuthError | undefined;
  /** Only ever a verified one. */
  readonly principal: Principal<object> | undefined;
  readonly durationMs: number;
}
