import type { JsonObject } from './json.ts';

/** For operators: key refreshes, discarded keys, outages, wrong credentials of our own, reloads. */
export interface AuthEvent {
  readonly type: string;
  /** The name of the authenticator that reports. */
  readonly authenticator: string;
  readonly error?: unknown;
  readonly detail?: JsonObject;
}
