import { ERROR_DOMAIN, type WireReason } from '../errors/wire-reason.ts';
import { decodeFields } from '../protobuf/wire-format.ts';
import { scopesOfChallenge } from '../refusal/challenge.ts';

/** Why a server refused a call, as far as a client may know. */
export interface AuthFailure {
  /** The gRPC status code. */
  readonly code: number;
  readonly reason: WireReason;
  /** The `www-authenticate` trailer (RFC 6750). */
  readonly challenge: string | undefined;
  /** Milliseconds, for AUTH_UNAVAILABLE: when a retry makes sense. */
  readonly retryAfterMs: number | undefined;
  /**
   * 'admission': the handler never ran, so the call may be sent again. 'running': an accepted call was
   * ended. undefined: the server does not say.
   */
  readonly stage: 'admission' | 'running' | undefined;
  /** For SCOPE_INSUFFICIENT: the scopes that would help, from the challenge. Empty if it names none. */
  readonly requiredScopes: readonly string[];
}

/** One by one, so that the compiler finds a missing one. */
const REASONS: Readonly<Record<WireReason, true>> = {
  TOKEN_MISSING: true,
  TOKEN_INVALID: true,
  TOKEN_EXPIRED: true,
  SCOPE_INSUFFICIENT: true,
  PERMISSION_DENIED: true,
  AUTH_UNAVAILABLE: true,
};

/**
 * Reads a grpc-authn refusal out of the error of a grpc-js call (or a status, or anything with `code`
 * and `metadata`); undefined for every other error.
 *
 * @example
 * const failure = readAuthFailure(error);
 * if (failure?.reason === 'TOKEN_EXPIRED') await refreshAndRetryOnce();
 */
export function readAuthFailure(error: unknown): AuthFailure | undefined {
  try {
    const { code, metadata } = error as {
      code?: unknown;
      metadata?: { get(key: string): unknown[] };
    };
    if (typeof code !== 'number' || typeof metadata?.get !== 'function') return undefined;
    const [bytes] = metadata.get('grpc-status-details-bin');
    if (!(bytes instanceof Uint8Array)) return undefined;
    const { reason, retryAfterMs, stage } = readStatus(bytes);
    if (reason === undefined) return undefined;
    const [found] = metadata.get('www-authenticate');
    const challenge = typeof found === 'string' ? found : undefined;
    const requiredScopes = scopesOfChallenge(challenge);
    return { code, reason, challenge, retryAfterMs, stage, requiredScopes };
  } catch {
    // The bytes are not a google.rpc.Status.
    return undefined;
  }
}

interface Details {
  reason?: WireReason;
  retryAfterMs?: number;
  stage?: 'admission' | 'running' | undefined;
}

type Fields = ReadonlyMap<number, readonly (Uint8Array | number)[]>;

function readStatus(bytes: Uint8Array): Details {
  const details: Details = {};
  for (const any of readFields(bytes).get(3) ?? []) {
    if (any instanceof Uint8Array) readDetail(readFields(any), details);
  }
  return details;
}

function readDetail(any: Fields, details: Details): void {
  const type = textOf(any, 1);
  const [value] = any.get(2) ?? [];
  if (!(value instanceof Uint8Array)) return;
  const fields = readFields(value);
  if (type.endsWith('/google.rpc.ErrorInfo') && textOf(fields, 2) === ERROR_DOMAIN) {
    const reason = textOf(fields, 1);
    if (Object.hasOwn(REASONS, reason)) {
      details.reason = reason as WireReason;
      details.stage = stageOf(fields);
    }
  }
  if (type.endsWith('/google.rpc.RetryInfo')) {
    const [delay] = fields.get(1) ?? [];
    const duration = readFields(delay instanceof Uint8Array ? delay : new Uint8Array());
    details.retryAfterMs = numberOf(duration, 1) * 1000 + numberOf(duration, 2) / 1_000_000;
  }
}

/** ErrorInfo.metadata.stage */
function stageOf(errorInfo: Fields): Details['stage'] {
  for (const entry of errorInfo.get(3) ?? []) {
    if (!(entry instanceof Uint8Array)) continue;
    const fields = readFields(entry);
    const value = textOf(fields, 2);
    if (textOf(fields, 1) === 'stage' && (value === 'admission' || value === 'running'))
      return value;
  }
  return undefined;
}

/** The fields of a message by number: whole numbers, and bytes. */
function readFields(bytes: Uint8Array): Fields {
  const fields = new Map<number, (Uint8Array | number)[]>();
  for (const { number, value } of decodeFields(bytes)) {
    if (value === undefined) continue;
    const values = fields.get(number);
    if (values === undefined) fields.set(number, [value]);
    else values.push(value);
  }
  return fields;
}

function textOf(fields: Fields, number: number): string {
  const [value] = fields.get(number) ?? [];
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : '';
}

function numberOf(fields: Fields, number: number): number {
  const [value] = fields.get(number) ?? [];
  return typeof value === 'number' ? value : 0;
}
