/** Bounds, so that a provider can neither cause a request for every call nor keep a key alive for days. */
const MIN_MS = 60_000;
const MAX_MS = 3_600_000;

/** `max-age` (RFC 9111, section 5.2.2), limited to 1 to 60 minutes; undefined without one. */
export function maxAgeMsOf(headers: Headers): number | undefined {
  const value = headers.get('cache-control')?.toLowerCase();
  if (value === undefined) return undefined;
  if (/(^|[\s,])no-(store|cache)/.test(value)) return MIN_MS;
  const seconds = /(?:^|[\s,])max-age="?(\d+)/.exec(value)?.[1];
  if (seconds === undefined) return undefined;
  return Math.min(Math.max(Number(seconds) * 1000, MIN_MS), MAX_MS);
}
