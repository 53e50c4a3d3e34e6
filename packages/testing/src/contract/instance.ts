import type { Authenticator } from '@grpc-authn/core/authenticator';
import type { OutageKind } from './subject.ts';

/** An instance of the subject whose functions need no `this`. It can be closed several times. */
export interface CheckInstance {
  readonly authenticator: Authenticator<object>;
  readonly good: () => Promise<string>;
  readonly bad: () => Promise<readonly string[]>;
  readonly outage: ((kind: OutageKind) => Promise<void>) | undefined;
  readonly close: () => Promise<void>;
}

/** Creates another instance of the subject. All instances are closed when the check ends. */
export type CreateInstance = () => Promise<CheckInstance>;
