import type { AuthError } from '@grpc-authn/core/authenticator';
import type { KeySet } from '../keys/key-set.ts';

/** Where an authenticator's keys come from. A set may be replaced between two calls. */
export interface KeySource {
  /** The keys that count now; an AuthError while there are none to be had. */
  keys(): KeySet | AuthError | Promise<KeySet | AuthError>;
  /**
   * Asked once no key fits, after every check that needs none: a set that was looked up after this
   * call, or an AuthError where none can be had now. Absent where the keys never change.
   */
  lookUp?(signal: () => AbortSignal): Promise<KeySet | AuthError>;
}
