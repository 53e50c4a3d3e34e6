import type { AuthEvent } from '@grpc-authn/core/authenticator';
import { createFakeClock, startTestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createOidcAuthenticator } from '../src/index.ts';

const context = { method: '/x/y', signal: new AbortController().signal };

/** A provider whose metadata fails on command, while its keys are served. */
async function startProvider(report: (event: AuthEvent) => unknown = () => undefined) {
  const issuer = await startTestIssuer();
  let failing = false;
  const clock = createFakeClock();
  const events: AuthEvent[] = [];
  const authenticator = createOidcAuthenticator({
    issuer: issuer.issuer,
    audience: 'orders',
    clock,
    staleIfErrorSeconds: 900,
    report: (event) => {
      events.push(event);
      return report(event);
    },
    http: {
      fetch: (url, init) => {
        const isMetadata = new Request(url).url.includes('.well-known');
        const retry = { status: 503, headers: { 'retry-after': '120' } };
        return failing && isMetadata
          ? Promise.resolve(new Response('down', retry))
          : fetch(url, init);
      },
    },
  });
  onTestFinished(async () => {
    await authenticator.close();
    await issuer.close();
  });
  const ask = async (): Promise<string> => {
    const exp = Math.floor(clock.nowMs() / 1000) + 60;
    const token = await issuer.sign({ aud: 'orders', iat: exp - 60, exp });
    const verdict = await authenticator.authenticate({ scheme: 'bearer', token }, context);
    return 'code' in verdict ? `${verdict.code}/${verdict.reason}` : 'accepted';
  };
  return { clock, events, ask, authenticator, fail: (next: boolean) => (failing = next) };
}

describe('metadata that cannot be had any more', () => {
  it.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log sink is down too');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log sink is down too'))],
  ])('cost nothing where the report of it %s', async (_, report) => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    onTestFinished(() => void process.off('unhandledRejection', listen));
    const { clock, events, ask, fail } = await startProvider(report);
    expect(await ask()).toBe('accepted');
    fail(true);
    await clock.advance(600_000);
    await vi.waitFor(() => {
      expect(events.map(({ type }) => type)).toContain('metadata_unavailable');
    });
    // The keys are still fetched, from the last address.
    await vi.waitFor(() => {
      expect(events.filter(({ type }) => type === 'keys_refreshed')).toHaveLength(2);
    });
    expect(await ask()).toBe('accepted');
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });

  it('is reported, and the last jwks_uri is used exactly as long as a stale set', async () => {
    const { clock, events, ask, fail } = await startProvider();
    expect(await ask()).toBe('accepted');
    fail(true);
    await clock.advance(600_000);
    await vi.waitFor(() => {
      expect(events.map(({ type }) => type)).toContain('metadata_unavailable');
    });
    expect(await ask()).toBe('accepted');
    for (let minutes = 0; minutes < 60; minutes += 5) {
      await clock.advance(300_000);
      await new Promise(setImmediate);
    }
    await vi.waitFor(async () => expect(await ask()).toBe('unavailable/discovery'));
    fail(false);
    await clock.advance(300_000);
    await vi.waitFor(async () => expect(await ask()).toBe('accepted'));
  });

  it('is the reason for as long as the provider is not asked again, which it may itself delay', async () => {
    const { ask, authenticator, fail } = await startProvider();
    fail(true);
    expect(await ask()).toBe('unavailable/discovery');
    expect(await ask()).toBe('unavailable/discovery');
    await expect(authenticator.ready()).rejects.toMatchObject({ retryAfterMs: 120_000 });
  });
});
