import { setMaxListeners } from 'node:events';
import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { unknownToken } from './support/signer.ts';
import { settle } from './support/test-authenticator.ts';
import { createWarm, emptyBucket } from './support/warm-authenticator.ts';

describe('calls that wait', () => {
  it('are 1,000 at most: the next is overloaded, with a retry delay', async () => {
    const warm = await createWarm();
    const { clock, verdict, decide, known } = warm;
    await emptyBucket(warm);
    const waiting = Array.from({ length: 1000 }, () => decide(unknownToken()));
    await settle();
    const refused = await verdict(unknownToken());
    expect(refused).toMatchObject({ code: 'unavailable', reason: 'overloaded' });
    expect(AuthError.is(refused) && refused.retryAfterMs).toBeGreaterThan(0);
    expect(await decide(known.token())).toBe('accepted');
    await clock.advance(1000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['invalid_token/unknown_key']));
    const next = decide(unknownToken());
    await clock.advance(1000);
    expect(await next).toBe('invalid_token/unknown_key');
  });

  it('make room for others where they are cancelled', async () => {
    const warm = await createWarm();
    const { clock, decide } = warm;
    await emptyBucket(warm);
    const controller = new AbortController();
    setMaxListeners(1000, controller.signal);
    const waiting = Array.from({ length: 1000 }, () => decide(unknownToken(), controller.signal));
    await settle();
    controller.abort();
    await Promise.all(waiting);
    const next = decide(unknownToken());
    await clock.advance(1000);
    expect(await next).toBe('invalid_token/unknown_key');
  });
});
