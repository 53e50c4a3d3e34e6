import { randomUUID } from 'node:crypto';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { AUDIENCE, createSigner, unknownToken } from './support/signer.ts';
import { createSubject, secondsUntil, settle, type Subject } from './support/test-authenticator.ts';

const FAR_OFF = 4_102_444_800;

async function startIssuer(): Promise<TestIssuer> {
  const issuer = await startTestIssuer({ algorithms: ['ES256'] });
  onTestFinished(() => issuer.close());
  return issuer;
}

function sign(issuer: TestIssuer, options: { readonly kid?: string } = {}): Promise<string> {
  return issuer.sign({ aud: AUDIENCE, exp: FAR_OFF }, options);
}

/** An authenticator whose cache is warm. */
async function createWarm(issuer: TestIssuer): Promise<Subject & { readonly known: string }> {
  const subject = createSubject({ url: issuer.jwksUri }, { issuer: issuer.issuer });
  const known = await sign(issuer);
  expect(await subject.decide(known)).toBe('accepted');
  expect(issuer.requests.jwks).toBe(1);
  return { ...subject, known };
}

async function forge(issuer: TestIssuer, count: number): Promise<readonly string[]> {
  const [, payload, signature] = (await sign(issuer)).split('.');
  return Array.from({ length: count }, () => {
    const header = JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() });
    return `${Buffer.from(header).toString('base64url')}.${payload}.${signature}`;
  });
}

describe('a flood of 1,000 random kids within one refill', () => {
  it('makes two fetches more at most, and one for each second more, all at once', async () => {
    const issuer = await startIssuer();
    const subject = await createWarm(issuer);
    const { decide, known } = subject;
    const flood = (await forge(issuer, 1000)).map((token) => decide(token));
    expect(await decide(known)).toBe('accepted');
    await settle();
    expect(issuer.requests.jwks - 1).toBeLessThanOrEqual(2);
    const seconds = await secondsUntil(flood, subject);
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['invalid_token/unknown_key']));
    expect(issuer.requests.jwks - 1).toBeLessThanOrEqual(2 + seconds);
  });

  it('makes two fetches more at most, one after the other', async () => {
    const issuer = await startIssuer();
    const { decide, known, clock } = await createWarm(issuer);
    const verdicts: string[] = [];
    const asked: Promise<unknown>[] = [];
    for (const [index, token] of (await forge(issuer, 1000)).entries()) {
      const answered = decide(token).then((verdict) => verdicts.push(verdict));
      // The first two are answered at once; the others wait for the bucket.
      await (index < 2 ? answered : new Promise((resolve) => setImmediate(resolve)));
      asked.push(answered);
    }
    expect(verdicts).toEqual(['invalid_token/unknown_key', 'invalid_token/unknown_key']);
    expect(await decide(known)).toBe('accepted');
    expect(issuer.requests.jwks).toBe(3);
    await clock.advance(999);
    await settle();
    expect(issuer.requests.jwks).toBe(3);
    await clock.advance(1);
    await Promise.all(asked);
    expect(new Set(verdicts)).toEqual(new Set(['invalid_token/unknown_key']));
    expect(issuer.requests.jwks).toBe(4);
  });

  it('does not keep a new key out: accepted within 2 s, with no refusal on the way', async () => {
    const issuer = await startIssuer();
    const subject = await createWarm(issuer);
    const { decide, clock } = subject;
    const startedMs = clock.nowMs();
    const flood = (await forge(issuer, 1000)).map((token) => decide(token));
    await secondsUntil(flood, subject);
    const still = (await forge(issuer, 999)).map((token) => decide(token));
    // Decoded last, so then all of them wait for the refill, however slow the machine is.
    expect(await decide('no token')).toBe('malformed_credentials/not_a_compact_jws');
    await issuer.rotateKeys({ keepOld: true });
    const fresh = await sign(issuer);
    const shownMs = clock.nowMs();
    const fetches = issuer.requests.jwks;
    const answered = decide(fresh);
    // Not until it is answered: an asynchronous signature takes real time, in which the clock would advance.
    for (await settle(); issuer.requests.jwks === fetches; await settle()) {
      await clock.advance(1000);
    }
    expect(await answered).toBe('accepted');
    expect(clock.nowMs() - shownMs).toBeLessThanOrEqual(2000);
    await secondsUntil(still, subject);
    const secondsInAll = (clock.nowMs() - startedMs) / 1000;
    expect(issuer.requests.jwks - 1).toBeLessThanOrEqual(2 + secondsInAll);
    expect(new Set(await Promise.all(still))).toEqual(new Set(['invalid_token/unknown_key']));
    expect(await decide(fresh)).toBe('accepted');
  });

  it('makes one fetch a second where it never ends', async () => {
    const issuer = await startIssuer();
    const { decide, known, clock } = await createWarm(issuer);
    const flood = [...(await forge(issuer, 600))];
    const asked: Promise<string>[] = [];
    for (let second = 0; second < 10; second += 1) {
      asked.push(...flood.splice(0, 60).map((token) => decide(token)));
      await settle();
      await clock.advance(1000);
      await Promise.all(asked);
      expect(await decide(known)).toBe('accepted');
    }
    expect(issuer.requests.jwks - 1).toBeLessThanOrEqual(2 + 10);
  });
});

describe('a key', () => {
  it('that was removed is refused after the next refresh', async () => {
    const issuer = await startIssuer();
    const { decide, clock, known, reported } = await createWarm(issuer);
    await issuer.rotateKeys();
    await clock.advance(600_000 * 0.74);
    await settle();
    expect(await decide(known)).toBe('accepted');
    expect(issuer.requests.jwks).toBe(1);
    await clock.advance(600_000 * 0.17);
    await reported('keys_refreshed', 2);
    expect(await decide(known)).toBe('invalid_token/unknown_key');
  });

  it("is not poisoned by showing tomorrow's kid today", async () => {
    const [today, tomorrow] = [createSigner('today'), createSigner('tomorrow')];
    const server = await startKeyServer([today]);
    const { decide, clock } = createSubject({ url: server.url });
    expect(await decide(today.token())).toBe('accepted');
    for (let second = 0; second < 5; second += 1) {
      const shown = [tomorrow.token(), unknownToken('tomorrow')].map((token) => decide(token));
      await clock.advance(1000);
      for (const verdict of shown) expect(await verdict).toBe('invalid_token/unknown_key');
    }
    server.publish([today, tomorrow]);
    const answered = decide(tomorrow.token());
    await clock.advance(2000);
    expect(await answered).toBe('accepted');
    expect(await decide(unknownToken('tomorrow'))).toBe('invalid_token/signature');
  });
});

describe('1,000 concurrent first calls', () => {
  it('make one fetch', async () => {
    const issuer = await startIssuer();
    const { decide } = createSubject({ url: issuer.jwksUri }, { issuer: issuer.issuer });
    const token = await sign(issuer);
    const verdicts = await Promise.all(Array.from({ length: 1000 }, () => decide(token)));
    expect(new Set(verdicts)).toEqual(new Set(['accepted']));
    expect(issuer.requests.jwks).toBe(1);
  });
});
