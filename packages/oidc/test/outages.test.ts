import { startTestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AUDIENCE } from './support/signer.ts';
import { createSubject, eventually } from './support/test-authenticator.ts';

const FAR_OFF = 4_102_444_800;

describe('a provider that is down', () => {
  it('at start-up costs unavailable, and works once it is up', async () => {
    const issuer = await startTestIssuer({ algorithms: ['EdDSA'] });
    onTestFinished(() => issuer.close());
    issuer.fail('down');
    const { decide, clock, reported } = createSubject(issuer.issuer);
    const token = await issuer.sign({ aud: AUDIENCE });
    expect(issuer.requests.discovery).toBe(0);
    expect(await decide(token)).toBe('unavailable/discovery');
    expect(await decide(token)).toMatch(/^unavailable\//);
    expect(issuer.requests.discovery).toBe(1);
    issuer.fail('none');
    await clock.advance(2400);
    await reported('keys_recovered', 1);
    expect(await decide(token)).toBe('accepted');
    expect(issuer.requests).toMatchObject({ discovery: 2, jwks: 1 });
  });

  it('makes ready() reject, and resolve once it is up', async () => {
    const issuer = await startTestIssuer({ algorithms: ['EdDSA'] });
    onTestFinished(() => issuer.close());
    issuer.fail('http500');
    const { authenticator, clock } = createSubject(issuer.issuer);
    const outage = { code: 'unavailable', reason: 'discovery' };
    await expect(authenticator.ready()).rejects.toMatchObject(outage);
    issuer.fail('none');
    await clock.advance(2400);
    await expect(authenticator.ready()).resolves.toBeUndefined();
  });

  it('after that costs nothing for an hour, and is asked five times a minute at most', async () => {
    const issuer = await startTestIssuer({ algorithms: ['EdDSA'] });
    onTestFinished(() => issuer.close());
    const { decide, clock, reported, timers } = createSubject(issuer.issuer);
    const token = await issuer.sign({ aud: AUDIENCE, exp: FAR_OFF });
    expect(await decide(token)).toBe('accepted');
    issuer.fail('http500');
    await clock.advance(540_000);
    await reported('keys_unavailable', 1);
    for (let second = 0; second < 60; second += 1) {
      expect(await decide(token)).toBe('accepted');
      await clock.advance(1000);
      await eventually(() => timers() > 0);
    }
    // Each attempt asks both paths.
    expect(issuer.requests.discovery - 1).toBeLessThanOrEqual(2 * 5);
    expect(issuer.requests.jwks - 1).toBeLessThanOrEqual(5);
    await clock.advance(3_600_000);
    expect(await decide(token)).toMatch(/^unavailable\//);
  });
});
