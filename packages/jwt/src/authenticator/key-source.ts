import type { AuthError, AuthenticatorEvent } from '@grpc-authn/core/authenticator';
import type { KeySet } from '../keys/key-set.ts';

/** The source of an authenticator's keys. A set may be replaced between two calls. */
export interface KeySource {
  /** The current keys, or an AuthError while none are available. */
  keys(): KeySet | AuthError | Promise<KeySet | AuthError>;
  /**
   * Called if no key matches, after every check that needs no key. Resolves to a set that contains the
   * key, or a set fetched after this call, or an AuthError if neither is available. Absent if the keys
   * never change.
   */
  lookUp?(isFound: (keys: KeySet) => boolean, signal: AbortSignal): Promise<KeySet | AuthError>;
  /** Notifies when a key was removed or changed. */
  subscribe?(listener: (event: AuthenticatorEvent) => void): () => void;
  /** Resolves once keys are available; rejects if they cannot be fetched. */
  ready?(signal?: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}
