import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { ACTIVE, send, startProvider } from './support/provider-server.ts';
import { createSubject, formatVerdict } from './support/test-authenticator.ts';

const NOW_SECONDS = 1_800_000_000;

async function askAbout(times: object, options: Parameters<typeof createSubject>[1] = {}) {
  const provider = await startProvider();
  provider.say({ ...ACTIVE, ...times });
  const clock = createFakeClock(NOW_SECONDS * 1000);
  return { ...createSubject(provider, { clock, ...options }), clock, provider };
}

describe('an active token', () => {
  it.each([
    ['that expired this moment', { exp: NOW_SECONDS - 5 }],
    ['that expired long ago', { exp: 0 }],
    ['that expired and is not valid yet', { exp: NOW_SECONDS - 6, nbf: NOW_SECONDS + 9 }],
  ])('%s is rejected, and reported as expired', async (_, times) => {
    const { verdict } = await askAbout(times);
    expect(await verdict('token')).toMatchObject({
      code: 'invalid_token',
      reason: 'expired',
      tokenExpired: true,
    });
  });

  it.each([
    ['nbf', { nbf: NOW_SECONDS + 6 }],
    ['iat', { iat: NOW_SECONDS + 6 }],
    ['iat', { iat: NOW_SECONDS + 5.5, exp: NOW_SECONDS + 60 }],
  ])('of which %s is to come is refused', async (_, times) => {
    const { verdict } = await askAbout(times);
    expect(await verdict('token')).toMatchObject({
      reason: 'not_yet_valid',
      tokenExpired: false,
    });
  });

  it.each([
    [{ exp: String(NOW_SECONDS + 60) }],
    [{ exp: null }],
    [{ exp: -1 }],
    [{ exp: 1e300 }],
    [{ nbf: 'now' }],
    [{ iat: [NOW_SECONDS] }],
    [{ iat: 253_402_300_800 }],
  ])('with a time that is none is refused: %j', async (times) => {
    const { decide } = await askAbout(times);
    expect(await decide('token')).toBe('invalid_token/claim');
  });

  it('of which all times are right is accepted, and ends when it says', async () => {
    const times = { iat: NOW_SECONDS, nbf: NOW_SECONDS, exp: NOW_SECONDS + 60 };
    const { principal } = await askAbout(times);
    expect(await principal('token')).toMatchObject({
      expiresAtEpochSeconds: NOW_SECONDS + 60,
      verifiedAtEpochSeconds: NOW_SECONDS,
    });
  });

  it('need not say when it ends', async () => {
    const { principal } = await askAbout({});
    expect((await principal('token')).expiresAtEpochSeconds).toBeUndefined();
  });

  it('is not cached past its expiry', async () => {
    const { decide, clock, provider, verdict } = await askAbout({ exp: NOW_SECONDS + 20 });
    expect(await decide('token')).toBe('accepted');
    await clock.advance(19_999);
    expect(await decide('token')).toBe('accepted');
    expect(provider.questions).toHaveLength(1);
    await clock.advance(1);
    // Within the tolerance, but asked about each time.
    expect(await decide('token')).toBe('accepted');
    expect(provider.questions).toHaveLength(2);
    await clock.advance(5000);
    expect(formatVerdict(await verdict('token'))).toBe('invalid_token/expired');
    expect(provider.questions).toHaveLength(3);
  });

  it('that is not valid yet is not refused a moment longer than that', async () => {
    const { decide, clock } = await askAbout({ nbf: NOW_SECONDS + 6 });
    expect(await decide('token')).toBe('invalid_token/not_yet_valid');
    await clock.advance(1000);
    expect(await decide('token')).toBe('accepted');
  });
});

describe('the clock tolerance', () => {
  it.each([
    ['exp', { exp: NOW_SECONDS - 4 }],
    ['nbf', { nbf: NOW_SECONDS + 5 }],
    ['iat', { iat: NOW_SECONDS + 5 }],
  ])('is 5 s by default: %s', async (_, times) => {
    const { decide } = await askAbout(times);
    expect(await decide('token')).toBe('accepted');
  });

  it.each([
    ['exp', { exp: NOW_SECONDS - 5 }, { exp: NOW_SECONDS - 60 }],
    ['nbf', { nbf: NOW_SECONDS + 60 }, { nbf: NOW_SECONDS + 61 }],
    ['iat', { iat: NOW_SECONDS + 60 }, { iat: NOW_SECONDS + 61 }],
  ])('is what clockToleranceSeconds says: %s', async (_, within, beyond) => {
    const options = { clockToleranceSeconds: 60 };
    expect(await (await askAbout(within, options)).decide('token')).toBe('accepted');
    expect(await (await askAbout(beyond, options)).decide('token')).not.toBe('accepted');
  });

  it('may be none', async () => {
    const { decide } = await askAbout({ exp: NOW_SECONDS }, { clockToleranceSeconds: 0 });
    expect(await decide('token')).toBe('invalid_token/expired');
  });
});

describe('a token that is refused for another reason', () => {
  it.each([
    ['inactive', { active: false }],
    ['type', { token_type: 'mac' }],
    ['issuer', { iss: 1 }],
    ['audience', { aud: 'other' }],
    ['expired', {}],
  ])('is reported as expired if it has expired: %s', async (reason, changes) => {
    const { verdict } = await askAbout({ ...changes, exp: NOW_SECONDS - 5 });
    expect(await verdict('token')).toMatchObject({ reason, tokenExpired: true });
  });

  it('is not reported as expired if it has not expired', async () => {
    const { verdict } = await askAbout({ aud: 'other', exp: NOW_SECONDS - 4 });
    expect(await verdict('token')).toMatchObject({ reason: 'audience', tokenExpired: false });
  });
});

describe('the time of the verification', () => {
  it('is when the provider was asked: the answer does not cover later revocations', async () => {
    const clock = createFakeClock(NOW_SECONDS * 1000);
    const provider = await startProvider();
    provider.respond((_, response) => {
      void clock.advance(3000).then(() => send(response, ACTIVE));
    });
    const { principal } = createSubject(provider, { clock });
    expect(await principal('token')).toMatchObject({ verifiedAtEpochSeconds: NOW_SECONDS });
  });
});

describe('a token that the provider does not take, but that has its own expiry', () => {
  const jwtOf = (payload: object): string =>
    [{ alg: 'RS256' }, payload, 'signature']
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
  it.each([
    ['that has passed', NOW_SECONDS - 5, true],
    ['that passed within the tolerance', NOW_SECONDS - 4, false],
  ])('%s', async (_, exp, tokenExpired) => {
    const provider = await startProvider();
    provider.say({ active: false });
    const clock = createFakeClock(NOW_SECONDS * 1000);
    const { verdict } = createSubject(provider, { clock });
    expect(await verdict(jwtOf({ exp }))).toMatchObject({ reason: 'inactive', tokenExpired });
  });
});
