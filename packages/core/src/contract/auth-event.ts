import type { JsonObject } from './json.ts';

/** What an event is about. `docs/errors.md` describes each. The list may grow in a minor version. */
export type AuthEventType =
  | 'keys_refreshed'
  | 'keys_recovered'
  | 'keys_discarded'
  | 'keys_unavailable'
  | 'metadata_unavailable'
  | 'proxy_used'
  | 'introspection_unavailable'
  | 'introspection_recovered'
  | 'client_secret_plain'
  | 'introspection_credentials_rejected'
  | 'config_reloaded'
  | 'config_rejected'
  | 'config_close_failed';

/** An event for operators: a key refresh, discarded keys, an outage, rejected client credentials, a reload. */
export interface AuthEvent {
  readonly type: AuthEventType;
  /** The name of the authenticator that reports. */
  readonly authenticator: string;
  readonly error?: unknown;
  readonly detail?: JsonObject;
}
