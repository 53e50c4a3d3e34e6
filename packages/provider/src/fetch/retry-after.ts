const MAX_MS = 3_600_000;

/** `Retry-After` (RFC 9110, section 10.2.3), seconds or a date, at most one hour; else undefined. */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_MS);
}

/** The rest that a provider asks for. Only 429 (RFC 6585, section 4) and 503 (RFC 9110, section 15.6.4) do so. */
export function askedRestMs(
  { status, headers }: Response,
  { nowMs, maxMs }: { readonly nowMs: number; readonly maxMs: number },
): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const asked = retryAfterMs(headers, nowMs);
  return asked === undefined ? undefined : Math.min(asked, maxMs);
}
