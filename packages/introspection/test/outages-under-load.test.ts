import { createFakeClock, type FailureMode, startTestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSubject } from './support/test-authenticator.ts';

const TIME_LIMIT_MS = 1000;
const CALLERS = 50;

describe('an endpoint that dies under load', () => {
  it.each<readonly [FailureMode, number]>([
    ['down', 5000],
    ['hang', 5000],
    ['endless', 5000],
    // Its Retry-After.
    ['http429', 7000],
  ])(
    '(%s) turns into unavailable within the time limit, and comes back by itself',
    async (mode, restMs) => {
      const issuer = await startTestIssuer();
      onTestFinished(() => issuer.close());
      const http = { timeoutMs: TIME_LIMIT_MS };
      const clock = createFakeClock();
      const subject = createSubject({ issuer: issuer.issuer }, { clock, http });
      const { decide, refusal, events } = subject;
      const loadWith = (tokens: readonly string[]) => Promise.all(tokens.map((t) => decide(t)));
      const newTokens = () =>
        Array.from({ length: CALLERS }, () => issuer.opaque({ aud: 'orders' }));
      const known = newTokens();
      expect(new Set(await loadWith(known))).toEqual(new Set(['accepted']));

      issuer.fail(mode);
      const began = performance.now();
      for (let round = 0; round < 3; round += 1) {
        expect(new Set(await loadWith(newTokens()))).toEqual(
          new Set(['unavailable/introspection']),
        );
      }
      // The first round reaches the provider, the others the open circuit.
      expect(performance.now() - began).toBeLessThan(3 * TIME_LIMIT_MS);
      const asked = issuer.requests.introspection;
      const error = await refusal(issuer.opaque());
      expect(error.retryAfterMs).toBeGreaterThan(0);
      // Cached tokens are still accepted.
      expect(new Set(await loadWith(known))).toEqual(new Set(['accepted']));
      expect(issuer.requests.introspection).toBe(asked);

      issuer.fail('none');
      await clock.advance(restMs);
      expect(new Set(await loadWith(newTokens()))).toEqual(new Set(['accepted']));
      expect(events.map(({ type }) => type)).toEqual([
        'introspection_unavailable',
        'introspection_recovered',
      ]);
    },
  );

  it.each<readonly [FailureMode]>([['http500'], ['redirect']])(
    '(%s) turns into unavailable, and comes back at once',
    async (mode) => {
      const issuer = await startTestIssuer();
      onTestFinished(() => issuer.close());
      const { decide } = createSubject({ issuer: issuer.issuer });
      expect(await decide(issuer.opaque({ aud: 'orders' }))).toBe('accepted');
      issuer.fail(mode);
      for (let call = 0; call < 10; call += 1) {
        expect(await decide(issuer.opaque({ aud: 'orders' }))).toBe('unavailable/introspection');
      }
      issuer.fail('none');
      expect(await decide(issuer.opaque({ aud: 'orders' }))).toBe('accepted');
    },
  );
});
