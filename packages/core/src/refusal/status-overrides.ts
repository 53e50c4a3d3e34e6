import { describeValue, wrongOption } from '../errors/option-checks.ts';
import type { AuthErrorCode } from '../errors/reasons.ts';

/** The gRPC status codes that refusals use by default. */
export const StatusCode = {
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/**
 * A gRPC status code other than OK: on a refused server stream, OK would read as an empty success.
 * grpc-js's `status` may be used: `status.NOT_FOUND`.
 */
export type RefusedStatus = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16;

/** `unavailable` may be UNAVAILABLE (14) or RESOURCE_EXHAUSTED (8): a client must see that a retry helps. */
export type StatusOverrides = Partial<
  Record<
    Exclude<AuthErrorCode, 'unavailable'>,
    RefusedStatus | { readonly code: RefusedStatus; readonly message: string }
  >
> & { readonly unavailable?: 8 | 14 };

export const DEFAULT_STATUSES: Readonly<Record<AuthErrorCode, RefusedStatus>> = {
  missing_credentials: StatusCode.UNAUTHENTICATED,
  malformed_credentials: StatusCode.UNAUTHENTICATED,
  invalid_token: StatusCode.UNAUTHENTICATED,
  permission_denied: StatusCode.PERMISSION_DENIED,
  unavailable: StatusCode.UNAVAILABLE,
  internal: StatusCode.INTERNAL,
};

/** A frozen copy. @throws ConfigError */
export function checkOverrides(overrides: StatusOverrides): StatusOverrides {
  if (typeof overrides !== 'object' || overrides === null) {
    throw wrongOption('statuses', describeValue(overrides), 'an object by AuthErrorCode');
  }
  const copy: Record<string, unknown> = {};
  for (const [code, value] of Object.entries(overrides)) {
    const option = `statuses.${code}`;
    if (!Object.hasOwn(DEFAULT_STATUSES, code)) {
      const known = Object.keys(DEFAULT_STATUSES).join(', ');
      throw wrongOption(option, 'an unknown code', `one of ${known}`);
    }
    if (value === undefined) continue;
    copy[code] = code === 'unavailable' ? checkOutage(option, value) : checkRefused(option, value);
  }
  return Object.freeze(copy);
}

function checkOutage(option: string, value: unknown): unknown {
  if (value === StatusCode.UNAVAILABLE || value === StatusCode.RESOURCE_EXHAUSTED) return value;
  throw wrongOption(option, describeValue(value), 'UNAVAILABLE or RESOURCE_EXHAUSTED');
}

function checkRefused(option: string, value: unknown): unknown {
  const given = typeof value === 'object' && value !== null ? value : { code: value, message: 'x' };
  const { code, message } = given as { code?: unknown; message?: unknown };
  if (!Number.isInteger(code) || (code as number) < 1 || (code as number) > 16) {
    throw wrongOption(option, describeValue(code), 'a gRPC status code other than OK');
  }
  // grpc-js throws on a lone surrogate while it sends the status.
  if (typeof message !== 'string' || /\p{Surrogate}/u.test(message)) {
    throw wrongOption(`${option}.message`, describeValue(message), 'well-formed text');
  }
  return typeof value === 'object' ? Object.freeze({ code, message }) : code;
}
