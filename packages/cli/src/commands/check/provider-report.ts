import type { AuthEvent } from '@grpc-authn/core';
import type { ProviderRequest } from './requests.ts';

export interface UsedKey {
  readonly kid: string | null;
  /** null for an RSA key without `alg`. */
  readonly alg: string | null;
}

export interface LeftOutKey {
  readonly kid: string | null;
  readonly why: string;
}

/** What the events of an authenticator say. */
interface Findings {
  readonly used: readonly UsedKey[];
  readonly leftOut: readonly LeftOutKey[];
  /** Other events that it reported, such as a proxy in use. */
  readonly events: readonly string[];
}

/** What one authenticator found out about its provider. */
export interface ProviderReport extends Findings {
  readonly authenticator: string;
  readonly expectedIssuers: readonly string[];
  /** Of the metadata; undefined where none was read. */
  readonly receivedIssuer: string | undefined;
  /** Those that the metadata announces. */
  readonly announcedAlgorithms: readonly string[];
  readonly requests: readonly ProviderRequest[];
  readonly durationMs: number;
  /** Why it could not be asked; undefined if it was. */
  readonly note: string | undefined;
  /** Undefined if it is ready. */
  readonly problem: string | undefined;
  /** The error code of the connection to the provider, such as CERT_HAS_EXPIRED, where it failed. */
  readonly code: string | undefined;
}

/** The events of one authenticator. */
export function findingsIn(events: readonly AuthEvent[]): Findings {
  const refreshes = events.filter(
    ({ type }) => type === 'keys_refreshed' || type === 'keys_recovered',
  );
  const discarded = events.filter(({ type }) => type === 'keys_discarded');
  return {
    used: refreshes.flatMap(keysIn) as readonly UsedKey[],
    leftOut: discarded.flatMap(keysIn) as readonly LeftOutKey[],
    events: events.filter(({ type }) => !type.startsWith('keys_')).map(({ type }) => type),
  };
}

/** The `keys` of an event, as the adapters document them. */
function keysIn({ detail }: AuthEvent): readonly object[] {
  const keys: unknown = detail?.['keys'];
  return Array.isArray(keys) ? (keys as readonly object[]) : [];
}
