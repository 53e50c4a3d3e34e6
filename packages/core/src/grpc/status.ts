import { Metadata, status as Status } from '@grpc/grpc-js';
import type { AuthError } from '../errors/auth-error.ts';
import { describeValue, wrongOption } from '../errors/option-checks.ts';
import { type AuthErrorCode, MESSAGES } from '../errors/reasons.ts';
import { type WireReason, wireReasonOf } from '../errors/wire-reason.ts';
import { encodeStatusDetails } from './status-details.ts';

/** Any status but OK: on a refused server stream, OK would read as an empty success. */
export type RefusedStatus = Exclude<Status, Status.OK>;

export type StatusOverrides = Partial<
  Record<
    Exclude<AuthErrorCode, 'unavailable'>,
    RefusedStatus | { readonly code: RefusedStatus; readonly message: string }
  >
> & { readonly unavailable?: Status.UNAVAILABLE | Status.RESOURCE_EXHAUSTED };

export interface RefusalStatus {
  readonly code: Status;
  readonly details: string;
  readonly metadata: Metadata;
}

const CODES: Readonly<Record<AuthErrorCode, Status>> = {
  missing_credentials: Status.UNAUTHENTICATED,
  malformed_credentials: Status.UNAUTHENTICATED,
  invalid_token: Status.UNAUTHENTICATED,
  permission_denied: Status.PERMISSION_DENIED,
  unavailable: Status.UNAVAILABLE,
  internal: Status.INTERNAL,
};

/** Sent with an outage that did not say when to come back, milliseconds. */
const DEFAULT_RETRY_MS = 1000;

/** RFC 6750, section 3: at least one parameter, and an error only where a token came. */
const CHALLENGES: Readonly<Record<WireReason, string | undefined>> = {
  TOKEN_MISSING: 'Bearer realm="grpc"',
  TOKEN_INVALID: 'Bearer realm="grpc", error="invalid_token"',
  TOKEN_EXPIRED: 'Bearer realm="grpc", error="invalid_token"',
  SCOPE_INSUFFICIENT: 'Bearer realm="grpc", error="insufficient_scope"',
  PERMISSION_DENIED: 'Bearer realm="grpc"',
  AUTH_UNAVAILABLE: undefined,
};

/** Which status a refusal ends a call with. Made once; what is the same for every call is kept. */
export class StatusTable {
  readonly #overrides: StatusOverrides;
  readonly #kept = new Map<string, RefusalStatus>();

  constructor(overrides: StatusOverrides = {}) {
    this.#overrides = checkOverrides(overrides);
  }

  statusOf(error: AuthError): RefusalStatus {
    if (error.retryAfterMs !== undefined) return this.#make(error);
    const key = `${error.code} ${wireReasonOf(error)}`;
    let status = this.#kept.get(key);
    if (status === undefined) {
      status = this.#make(error);
      this.#kept.set(key, status);
    }
    // An interceptor on the way out may add trailers: to this call's, not to every call's.
    return { ...status, metadata: status.metadata.clone() };
  }

  #make(error: AuthError): RefusalStatus {
    const override = this.#overrides[error.code];
    const code = typeof override === 'object' ? override.code : (override ?? CODES[error.code]);
    const details = typeof override === 'object' ? override.message : MESSAGES[error.code];
    const metadata = new Metadata();
    const reason = wireReasonOf(error);
    if (reason !== undefined) {
      const challenge = CHALLENGES[reason];
      if (challenge !== undefined) metadata.set('www-authenticate', challenge);
      const retryMs =
        error.code === 'unavailable' ? (error.retryAfterMs ?? DEFAULT_RETRY_MS) : undefined;
      const bytes = encodeStatusDetails({ code, message: details }, reason, retryMs);
      metadata.set('grpc-status-details-bin', bytes);
    }
    return { code, details, metadata };
  }
}

const DEFAULTS = new StatusTable();

/**
 * The gRPC status of a refusal, with its trailers: `www-authenticate` (RFC 6750) and
 * `grpc-status-details-bin` (google.rpc.Status with ErrorInfo, and RetryInfo for an outage). For
 * handlers that refuse by themselves; the metadata is the caller's own copy.
 *
 * @example callback(toStatus(new AuthError('permission_denied', 'claim')))
 */
export function toStatus(error: AuthError): RefusalStatus {
  return DEFAULTS.statusOf(error);
}

function checkOverrides(overrides: StatusOverrides): StatusOverrides {
  if (typeof overrides !== 'object' || overrides === null) {
    throw wrongOption('statuses', describeValue(overrides), 'an object by AuthErrorCode');
  }
  const copy: Record<string, unknown> = {};
  for (const [code, value] of Object.entries(overrides)) {
    const option = `statuses.${code}`;
    if (!Object.hasOwn(CODES, code)) {
      throw wrongOption(option, 'an unknown code', `one of ${Object.keys(CODES).join(', ')}`);
    }
    if (value === undefined) continue;
    copy[code] = code === 'unavailable' ? checkOutage(option, value) : checkRefused(option, value);
  }
  return copy;
}

/** An outage stays an outage: a client must see that a retry is right. */
function checkOutage(option: string, value: unknown): unknown {
  if (value === Status.UNAVAILABLE || value === Status.RESOURCE_EXHAUSTED) return value;
  throw wrongOption(option, describeValue(value), 'UNAVAILABLE or RESOURCE_EXHAUSTED');
}

function checkRefused(option: string, value: unknown): unknown {
  const given = typeof value === 'object' && value !== null ? value : { code: value, message: 'x' };
  const { code, message } = given as { code?: unknown; message?: unknown };
  const refuses = typeof code === 'number' && code !== Status.OK && Status[code] !== undefined;
  if (!refuses) throw wrongOption(option, describeValue(code), 'a gRPC status code other than OK');
  // A lone surrogate makes grpc-js throw while it sends the status.
  if (typeof message !== 'string' || /\p{Surrogate}/u.test(message)) {
    throw wrongOption(`${option}.message`, describeValue(message), 'well-formed text');
  }
  return typeof value === 'object' ? Object.freeze({ code, message }) : code;
}
