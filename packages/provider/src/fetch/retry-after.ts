const MAX_MS = 3_600_000;
const MAX_REST_MS = 60_000;

/** `Retry-After` (RFC 9110, section 10.2.3), seconds or a date, at most one hour; else undefined. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_MS);
}

/**
 * The rest that a provider asks for, at most a minute. Only 429 (RFC 6585, section 4) and 503 (RFC 9110, section
 * 15.6.4) ask for one.
 */
export function askedRestMs({ status, headers }: Response, nowMs: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const asked = retryAfterMs(headers, nowMs);
  return asked === undefined ? undefined : Math.min(asked, MAX_REST_MS);
}
