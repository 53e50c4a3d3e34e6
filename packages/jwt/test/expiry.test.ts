import { describe, expect, it } from 'vitest';
import {
  decide,
  NOW_SECONDS,
  payloadText,
  principalOf,
  token,
  tokenOfPayload,
} from './support/test-authenticator.ts';

const LAST_SECOND_OF_9999 = 253_402_300_799;

describe('the exp of a token', () => {
  it('is required', async () => {
    expect(await decide(token({ exp: undefined }))).toBe('invalid_token/no_expiry');
  });

  it.each([
    ['text', '"1800000300"'],
    ['empty text', '""'],
    ['a date as text', '"2030-01-01T00:00:00Z"'],
    ['NaN as text', '"NaN"'],
    ['Infinity as text', '"Infinity"'],
    ['null', 'null'],
    ['true', 'true'],
    ['a list', '[1800000300]'],
    ['an object', '{"valueOf":1800000300}'],
    ['1e999, which parses as Infinity', '1e999'],
    ['-1e999', '-1e999'],
    ['negative', '-1'],
    ['in milliseconds', '1800000300000'],
    ['the first second of the year 10000', `${LAST_SECOND_OF_9999 + 1}`],
    ['just beyond the last second that has a year', `${LAST_SECOND_OF_9999}.5`],
  ])('must not be %s', async (_, exp) => {
    expect(await decide(tokenOfPayload(payloadText(`"exp":${exp}`)))).toBe('invalid_token/claim');
  });

  it('can be the last second of the year 9999', async () => {
    const principal = await principalOf(token({ exp: LAST_SECOND_OF_9999 }));
    expect(principal.expiresAtEpochSeconds).toBe(LAST_SECOND_OF_9999);
  });

  it('can have a fraction, which the principal keeps', async () => {
    const principal = await principalOf(token({ exp: NOW_SECONDS + 0.5 }));
    expect(principal.expiresAtEpochSeconds).toBe(NOW_SECONDS + 0.5);
    expect(principal.verifiedAtEpochSeconds).toBe(NOW_SECONDS);
  });

  it('has a tolerance of five seconds by default', async () => {
    expect(await decide(token({ exp: NOW_SECONDS - 4.999 }))).toBe('accepted');
    expect(await decide(token({ exp: NOW_SECONDS - 5 }))).toBe('invalid_token/expired');
  });

  it.each([0, 1, 30, 300])(
    'ends it exactly %i seconds later, where that is said',
    async (after) => {
      const options = { clockToleranceSeconds: after };
      const last = token({ exp: NOW_SECONDS - after + 0.001 });
      expect(await decide(last, options)).toBe('accepted');
      const late = token({ exp: NOW_SECONDS - after });
      expect(await decide(late, options)).toBe('invalid_token/expired');
    },
  );

  it('can be 0, for a token that expired in 1970', async () => {
    expect(await decide(token({ exp: 0, iat: undefined }))).toBe('invalid_token/expired');
  });

  it('is compared with the clock in each call', async () => {
    let nowMs = NOW_SECONDS * 1000;
    const clock = { nowMs: () => nowMs, setTimer: () => () => undefined };
    const jwt = token({ exp: NOW_SECONDS + 10 });
    expect(await decide(jwt, { clock })).toBe('accepted');
    nowMs += 14_999;
    expect(await decide(jwt, { clock })).toBe('accepted');
    nowMs += 1;
    expect(await decide(jwt, { clock })).toBe('invalid_token/expired');
  });

  it('is not met by a clock that returns no valid time', async () => {
    const clock = { nowMs: () => Number.NaN, setTimer: () => () => undefined };
    await expect(decide(token(), { clock })).rejects.toThrow(TypeError);
  });
});
