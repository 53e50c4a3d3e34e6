import type { JsonObject } from './json.ts';

/** An event for operators: a key refresh, discarded keys, an outage, rejected client credentials, a reload. */
export interface AuthEvent {
  readonly type: string;
  /** The name of the authenticator that reports. */
  readonly authenticator: string;
  readonly error?: unknown;
  readonly detail?: JsonObject;
}
