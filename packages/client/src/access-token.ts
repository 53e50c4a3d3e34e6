export interface AccessToken {
  readonly token: string;
  /** Seconds since the epoch. Undefined: unknown; the token is then used for `maxAgeSeconds`. */
  readonly expiresAtEpochSeconds?: number;
}

/** RFC 6750, section 2.1: what may follow `Bearer`. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** @throws TypeError that shows nothing of the value. */
export function checkAccessToken(value: unknown): AccessToken {
  const { token, expiresAtEpochSeconds: expiry } = (value ?? {}) as Partial<
    Record<keyof AccessToken, unknown>
  >;
  if (typeof token !== 'string' || !B64TOKEN.test(token)) {
    const received =
      typeof token === 'string' ? `a string of ${token.length} characters` : typeof token;
    throw new TypeError(
      `token: expected an access token without spaces (RFC 6750), received ${received}`,
    );
  }
  if (expiry !== undefined && !(typeof expiry === 'number' && Number.isFinite(expiry))) {
    throw new TypeError(
      `expiresAtEpochSeconds: expected a number of seconds, received ${typeof expiry}`,
    );
  }
  return Object.freeze({
    token,
    ...(expiry === undefined ? undefined : { expiresAtEpochSeconds: expiry }),
  });
}
