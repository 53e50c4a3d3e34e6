/** A provider may not make us ask at every call, nor keep a key alive for days. */
const LEAST_MS = 60_000;
const MOST_MS = 3_600_000;

/** `max-age` (RFC 9111, section 5.2.2), within a minute and an hour; undefined where it is not said. */
export function maxAgeMsOf(headers: Headers): number | undefined {
  const value = headers.get('cache-control')?.toLowerCase();
  if (value === undefined) return undefined;
  if (/(^|[\s,])no-(store|cache)/.test(value)) return LEAST_MS;
  const seconds = /(?:^|[\s,])max-age="?(\d+)/.exec(value)?.[1];
  if (seconds === undefined) return undefined;
  return Math.min(Math.max(Number(seconds) * 1000, LEAST_MS), MOST_MS);
}
