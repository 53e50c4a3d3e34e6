/** A key set as it came, and how long it may be taken for current. */
export interface KeyDocument {
  readonly keys: readonly unknown[];
  /** Undefined where the source does not say. */
  readonly maxAgeMs: number | undefined;
}

/** Brings a key set from where it is kept. Rejects where that fails, or what comes is no key set. */
export interface KeyLoader {
  /** `lookUp`: a token named a key that is not there, so what was remembered on the way may be old. */
  load(why: 'refresh' | 'lookUp'): Promise<KeyDocument>;
  close(): Promise<void>;
}

/** The `keys` of a JWK Set (RFC 7517, section 5), or undefined where it is none. */
export function keysOf(document: unknown): readonly unknown[] | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const { keys } = document as { keys?: unknown };
  return Array.isArray(keys) ? keys : undefined;
}
