import * as fc from 'fast-check';
import { status as Status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/errors/auth-error.ts';
import { toStatus } from '../src/grpc/status.ts';
import { decodeStatus } from './support/decoded-status.ts';
import { CODES, refusalsOf } from './support/refusals.ts';

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';
const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

function outage(retryAfterMs: number) {
  return decodeStatus(toStatus(new AuthError('unavailable', 'jwks', { retryAfterMs })).metadata)
    .retryDelay;
}

describe('grpc-status-details-bin', () => {
  it.each(CODES.filter((code) => code !== 'internal'))(
    'of code %s repeats the status, and says who refused',
    (code) => {
      for (const error of refusalsOf(code)) {
        const status = toStatus(error);
        expect(decodeStatus(status.metadata)).toMatchObject({
          code: status.code,
          message: status.details,
          errorInfo: { domain: 'grpc-authn' },
        });
      }
    },
  );

  it('says when to retry after an outage', () => {
    const { detailTypes } = decodeStatus(toStatus(new AuthError('unavailable', 'jwks')).metadata);
    expect(detailTypes).toEqual([ERROR_INFO, RETRY_INFO]);
  });

  it('says nothing of a retry after a refusal, even where the error does', () => {
    for (const code of CODES.filter((each) => each !== 'internal' && each !== 'unavailable')) {
      for (const error of refusalsOf(code, { retryAfterMs: 5000 })) {
        expect(decodeStatus(toStatus(error).metadata).detailTypes).toEqual([ERROR_INFO]);
      }
    }
  });

  it.each([
    [0, { seconds: 0, nanos: 0 }],
    [1, { seconds: 0, nanos: 1_000_000 }],
    [999, { seconds: 0, nanos: 999_000_000 }],
    [1000, { seconds: 1, nanos: 0 }],
    [1500, { seconds: 1, nanos: 500_000_000 }],
    [3_600_001, { seconds: 3600, nanos: 1_000_000 }],
    [86_400_000, { seconds: 86_400, nanos: 0 }],
  ])('has %i ms as seconds and nanoseconds', (ms, delay) => {
    expect(outage(ms)).toEqual(delay);
  });

  it('never sends a caller back too early, nor more than a millisecond late, within a day', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 86_400_000, noNaN: true }), (ms) => {
        const { seconds, nanos } = outage(ms) ?? { seconds: NaN, nanos: NaN };
        expect(Number.isInteger(seconds) && nanos >= 0 && nanos < 1e9).toBe(true);
        const sent = seconds * 1000 + nanos / 1e6;
        expect(sent).toBeGreaterThanOrEqual(ms);
        expect(sent).toBeLessThanOrEqual(ms + 1);
      }),
    );
  });

  it.each([1e12, 1e22, 1e300])(
    'sends nobody away for longer than a day, whatever %d ms asks',
    (ms) => {
      expect(outage(ms)).toEqual({ seconds: 86_400, nanos: 0 });
    },
  );

  it('says so where an outage did not say when: in a second', () => {
    const { code, metadata } = toStatus(new AuthError('unavailable', 'overloaded'));
    expect(code).toBe(Status.UNAVAILABLE);
    expect(decodeStatus(metadata).retryDelay).toEqual({ seconds: 1, nanos: 0 });
  });
});
