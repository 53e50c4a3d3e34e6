export interface AccessToken {
  readonly token: string;
  /** Seconds since the epoch. Undefined: unknown; the token is then used for `maxAgeSeconds`. */
  readonly expiresAtEpochSeconds?: number;
}

/** RFC 6750, section 2.1: what may follow `Bearer`. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

export function isToken(value: unknown): value is string {
  return typeof value === 'string' && B64TOKEN.test(value);
}

/** The end of the year 9999. Milliseconds are larger. */
const MAX_NUMERIC_DATE = 253_402_300_799;

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE;
}

/** @throws TypeError that shows nothing of the value. */
export function checkAccessToken(value: unknown): AccessToken {
  const { token, expiresAtEpochSeconds: expiry } = (value ?? {}) as Partial<
    Record<keyof AccessToken, unknown>
  >;
  if (!isToken(token)) {
    const received =
      typeof token === 'string' ? `a string of ${token.length} characters` : typeof token;
    throw new TypeError(
      `token: expected an access token without spaces (RFC 6750), received ${received}`,
    );
  }
  if (expiry !== undefined && !isNumericDate(expiry)) {
    const received = typeof expiry === 'number' ? `${expiry}` : typeof expiry;
    throw new TypeError(
      `expiresAtEpochSeconds: expected seconds since 1970, or nothing if unknown, received ${received}`,
    );
  }
  return Object.freeze({
    token,
    ...(expiry === undefined ? undefined : { expiresAtEpochSeconds: expiry }),
  });
}
