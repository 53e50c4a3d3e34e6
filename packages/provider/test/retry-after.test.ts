import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../src/index.ts';

const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

function read(value: string | undefined): number | undefined {
  return retryAfterMs(new Headers(value === undefined ? {} : { 'retry-after': value }), NOW_MS);
}

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7000],
    ['007', 7000],
    ['3600', 3_600_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ])('may be seconds or a date: %s', (value, ms) => {
    expect(read(value)).toBe(ms);
  });

  it.each([['3601'], ['999999999999'], ['9'.repeat(400)], ['Sun, 01 Mar 2099 12:00:00 GMT']])(
    'keeps us away for an hour at most: %s',
    (value) => {
      expect(read(value)).toBe(3_600_000);
    },
  );

  it.each([[undefined], [''], ['soon'], ['NaN'], ['Infinity'], ['7 seconds']])(
    'is not there, or is neither: %s',
    (value) => {
      expect(read(value)).toBeUndefined();
    },
  );
});
