import type { RefreshReason } from '@grpc-authn/provider';

/** A key set as received. */
export interface KeyDocument {
  readonly keys: readonly unknown[];
  /** Milliseconds for which it is current; undefined if the source gives no age. */
  readonly maxAgeMs: number | undefined;
}

/** Loads a key set. Rejects if that fails, or if the document is not a key set. */
export interface KeyLoader {
  /** `lookUp`: a token named an unknown key, so a cached location of the keys may be outdated. */
  load(why: RefreshReason): Promise<KeyDocument>;
  close(): Promise<void>;
}

/** The `keys` of a JWK Set (RFC 7517, section 5); undefined for any other document. */
export function keysOf(document: unknown): readonly unknown[] | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const { keys } = document as { keys?: unknown };
  return Array.isArray(keys) ? keys : undefined;
}
