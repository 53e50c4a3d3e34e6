import { describe, expect, it } from 'vitest';
import { maxAgeMsOf } from '../src/fetch/cache-control.ts';

function read(value: string | undefined): number | undefined {
  return maxAgeMsOf(new Headers(value === undefined ? {} : { 'cache-control': value }));
}

describe('Cache-Control', () => {
  it.each([
    ['max-age=300', 300_000],
    ['public, max-age=300', 300_000],
    ['max-age=300,must-revalidate', 300_000],
    ['Public, Max-Age=300', 300_000],
    ['max-age="300"', 300_000],
    ['max-age=60', 60_000],
    ['max-age=3600', 3_600_000],
  ])('gives the age of a document: %s', (value, ms) => {
    expect(read(value)).toBe(ms);
  });

  it.each([
    ['max-age=0', 60_000],
    ['max-age=59', 60_000],
    ['no-store', 60_000],
    ['no-cache', 60_000],
    ['no-store, max-age=3000', 60_000],
    ['max-age=3000, No-Store', 60_000],
    ['max-age=3601', 3_600_000],
    ['max-age=31536000, immutable', 3_600_000],
    [`max-age=${'9'.repeat(400)}`, 3_600_000],
  ])('is limited to between a minute and an hour: %s', (value, ms) => {
    expect(read(value)).toBe(ms);
  });

  it.each([
    [undefined],
    [''],
    ['public'],
    ['private, must-revalidate'],
    ['s-maxage=300'],
    ['x-max-age=300'],
    ['max-age'],
    ['max-age='],
    ['max-age=-1'],
    ['max-age=soon'],
  ])('gives no age: %s', (value) => {
    expect(read(value)).toBeUndefined();
  });
});
