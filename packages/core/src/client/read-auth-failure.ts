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
 * Reads a grpc-authn refusal from the error of a call by grpc-js, Connect (Node.js and browsers), nice-grpc or
 * grpc-web, or from anything with `code` and `metadata`; undefined for every other error.
 *
 * @param trailers for errors that carry none: nice-grpc's ClientError, whose `onTrailer` delivers them.
 * @example
 * const failure = readAuthFailure(error);
 * if (failure?.reason === 'SCOPE_INSUFFICIENT') await askFor(failure.requiredScopes);
 */
export function readAuthFailure(
  error: unknown,
  trailers?: { get(name: string): unknown },
): AuthFailure | undefined {
  try {
    const { code, metadata, details } = error as {
      readonly code?: unknown;
      readonly metadata?: unknown;
      readonly details?: unknown;
    };
    if (typeof code !== 'number') return undefined;
    const value = (name: string): unknown => valueOf(trailers ?? metadata, name);
    const bytes = bytesOf(value('grpc-status-details-bin'));
    const found = bytes === undefined ? readDetails(details) : readStatus(bytes);
    const { reason, retryAfterMs, stage } = found;
    if (reason === undefined) return undefined;
    const header = value('www-authenticate');
    const challenge = typeof header === 'string' ? header : undefined;
    const requiredScopes = scopesOfChallenge(challenge);
    return { code, reason, challenge, retryAfterMs, stage, requiredScopes };
  } catch {
    // The bytes are not a google.rpc.Status.
    return undefined;
  }
}

function valueOf(trailers: unknown, name: string): unknown {
  if (typeof trailers !== 'object' || trailers === null) return undefined;
  // Returns a list in grpc-js, and one value in Headers and nice-grpc. grpc-web's metadata is an object of strings.
  const { get } = trailers as { readonly get?: unknown };
  const value: unknown =
    typeof get === 'function'
      ? (get.call(trailers, name) as unknown)
      : Object.hasOwn(trailers, name) && (trailers as Record<string, unknown>)[name];
  return Array.isArray(value) ? value[0] : value;
}

/** In grpc-web, binary values are base64 text, with or without padding. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') return undefined;
  // Where a library merges headers and trailers, the value is there twice.
  const [first = ''] = value.split(',');
  return Uint8Array.from(atob(first), (character) => character.codePointAt(0) ?? 0);
}

/** Connect has read the status already: a list of `{ type: 'google.rpc.ErrorInfo', value: bytes }`. */
function readDetails(details: unknown): Details {
  const read: Details = {};
  if (!Array.isArray(details)) return read;
  for (const { type, value } of details as readonly { type?: unknown; value?: unknown }[]) {
    if (typeof type === 'string' && value instanceof Uint8Array) readDetail(type, value, read);
  }
  return read;
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
    if (any instanceof Uint8Array) readAny(readFields(any), details);
  }
  return details;
}

function readAny(any: Fields, details: Details): void {
  const [value] = any.get(2) ?? [];
  if (value instanceof Uint8Array) readDetail(textOf(any, 1).replace(/^.*\//, ''), value, details);
}

function readDetail(type: string, value: Uint8Array, details: Details): void {
  const fields = readFields(value);
  if (type === 'google.rpc.ErrorInfo' && textOf(fields, 2) === ERROR_DOMAIN) {
    const reason = textOf(fields, 1);
    if (Object.hasOwn(REASONS, reason)) {
      details.reason = reason as WireReason;
      details.stage = stageOf(fields);
    }
  }
  if (type === 'google.rpc.RetryInfo') {
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
