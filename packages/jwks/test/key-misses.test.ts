import { describe, expect, it } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { unknownToken } from './support/signer.ts';
import { createSubject, eventually, settle } from './support/test-authenticator.ts';
import { createWarm, emptyBucket } from './support/warm-authenticator.ts';

describe('a call whose kid is unknown', () => {
  it('finds the key that was published since', async () => {
    const { server, decide, known, added } = await createWarm();
    server.publish([known, added]);
    expect(await decide(added.token())).toBe('accepted');
    expect(server.requests).toHaveLength(2);
  });

  it('is rejected as unknown_key after a look-up that began after it arrived', async () => {
    const { server, decide } = await createWarm();
    expect(await decide(unknownToken())).toBe('invalid_token/unknown_key');
    expect(server.requests).toHaveLength(2);
  });

  it('is not rejected by a look-up that began before it arrived', async () => {
    const { server, decide, known, added } = await createWarm();
    const release = server.hold();
    const early = decide(unknownToken('early'));
    await eventually(() => server.requests.length === 2);
    const late = decide(added.token());
    await settle();
    server.respond((_, response) => {
      response.end(JSON.stringify({ keys: [known.jwk] }));
      server.publish([known, added]);
    });
    release();
    expect(await early).toBe('invalid_token/unknown_key');
    expect(await late).toBe('accepted');
    expect(server.requests).toHaveLength(3);
  });

  it('is accepted by a look-up that began before it arrived, if that finds the key', async () => {
    const { server, decide, known, added } = await createWarm();
    const release = server.hold();
    const early = decide(unknownToken());
    await eventually(() => server.requests.length === 2);
    const late = decide(added.token());
    server.publish([known, added]);
    release();
    expect(await late).toBe('accepted');
    expect(await early).toBe('invalid_token/unknown_key');
    expect(server.requests).toHaveLength(2);
  });

  it('waits while the bucket is empty, and is not rejected meanwhile', async () => {
    const warm = await createWarm();
    const { clock, server, decide, known, added } = warm;
    await emptyBucket(warm);
    let verdict: string | undefined;
    const answered = decide(added.token()).then((words) => {
      verdict = words;
    });
    await clock.advance(999);
    await settle();
    expect(verdict).toBeUndefined();
    server.publish([known, added]);
    await clock.advance(1);
    await answered;
    expect(verdict).toBe('accepted');
    expect(server.requests).toHaveLength(4);
  });

  it('is answered by a scheduled refresh as well', async () => {
    const warm = await createWarm();
    const { clock, server, decide, known, added } = warm;
    await emptyBucket(warm);
    await clock.advance(600_000 * 0.75 - 500);
    server.publish([known, added]);
    await clock.advance(600_000 * 0.15 + 500);
    await warm.reported('keys_refreshed', 4);
    expect(await decide(added.token())).toBe('accepted');
    expect(server.requests).toHaveLength(4);
  });

  it('is unavailable if its signal is aborted, and no other call is', async () => {
    const warm = await createWarm();
    const { clock, server, decide, known, added } = warm;
    await emptyBucket(warm);
    const controller = new AbortController();
    const leaving = decide(added.token(), controller.signal);
    const staying = decide(added.token());
    await settle();
    controller.abort();
    expect(await leaving).toBe('unavailable/timeout');
    server.publish([known, added]);
    await clock.advance(1000);
    expect(await staying).toBe('accepted');
  });

  it('is unavailable at once if its signal was aborted before', async () => {
    const { decide, server } = await createWarm();
    expect(await decide(unknownToken(), AbortSignal.abort())).toBe('unavailable/timeout');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a token that fails a check which needs no key', () => {
  it.each([
    ['issuer', { iss: 'https://evil.example.com' }],
    ['audience', { aud: 'other' }],
    ['expired', { exp: 1 }],
    ['no_expiry', { exp: undefined }],
    ['use', { at_hash: 'x' }],
    ['claim', { scope: 5 }],
  ])('causes no look-up: %s', async (reason, claims) => {
    const { decide, server } = await createWarm();
    expect(await decide(unknownToken('unknown', claims))).toBe(`invalid_token/${reason}`);
    await settle();
    expect(server.requests).toHaveLength(1);
  });

  it('causes no first fetch either', async () => {
    const server = await startKeyServer();
    const { decide } = createSubject({ url: server.url });
    expect(await decide(unknownToken('unknown', { exp: 1 }))).toBe('invalid_token/expired');
    expect(await decide('no.token')).toBe('malformed_credentials/not_a_compact_jws');
    await settle();
    expect(server.requests).toHaveLength(0);
  });
});

describe('a bad signature under a known kid', () => {
  it('causes no look-up', async () => {
    const { decide, server } = await createWarm();
    expect(await decide(unknownToken('known'))).toBe('invalid_token/signature');
    await settle();
    expect(server.requests).toHaveLength(1);
  });
});
