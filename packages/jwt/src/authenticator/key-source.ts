import type { AuthError, AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import type { KeySet } from '../keys/key-set.ts';

/** Where an authenticator's keys come from. A set may be replaced between two calls. */
export interface KeySource {
  /** The keys that count now; an AuthError while there are none to be had. */
  keys(): KeySet | AuthError | Promise<KeySet | AuthError>;
  /**
   * Asked once no key fits, after every check that needs none: a set in which the key is found, or
   * one whose look-up began after this call, or an AuthError where neither can be had now. Absent
   * where the keys never change.
   */
  lookUp?(isFound: (keys: KeySet) => boolean, signal: AbortSignal): Promise<KeySet | AuthError>;
  /** Tells when a key was removed or altered. */
  subscribe?(listener: (event: AuthenticatorEvent) => void): () => void;
  /** Resolves once there are keys; rejects where they cannot be had. */
  ready?(signal?: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}
