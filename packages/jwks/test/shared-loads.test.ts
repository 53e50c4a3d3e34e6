import { AsyncLocalStorage } from 'node:async_hooks';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { createJwksAuthenticator } from '../src/index.ts';

const store = new AsyncLocalStorage<string>();

function create(fetch: () => Promise<Response>, report?: () => void) {
  const clock = createFakeClock();
  const authenticator = createJwksAuthenticator({
    jwks: { url: 'https://id.example.com/jwks' },
    issuer: 'https://id.example.com',
    audience: 'orders',
    http: { fetch },
    clock,
    ...(report === undefined ? undefined : { report }),
  });
  return { authenticator, clock };
}

describe('a load that several calls wait for', () => {
  it("runs in no caller's async context, now and at each refresh", async () => {
    const seen: (string | undefined)[] = [];
    const look = (): void => void seen.push(store.getStore());
    const { authenticator, clock } = create(async () => {
      look();
      return Response.json({ keys: [] });
    }, look);
    await store.run('alice', () => authenticator.ready());
    await clock.advance(600_000);
    await clock.advance(600_000);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(new Set(seen)).toEqual(new Set([undefined]));
    await authenticator.close();
  });
});

describe('ready()', () => {
  it('ends as soon as its signal is aborted', async () => {
    const { authenticator } = create(() => new Promise(() => undefined));
    const controller = new AbortController();
    const ready = authenticator.ready(controller.signal);
    controller.abort(new Error('enough'));
    await expect(ready).rejects.toThrow('enough');
    await authenticator.close();
  });
});

describe('close()', () => {
  it('does not wait for an answer that never arrives', async () => {
    const { authenticator } = create(() => new Promise(() => undefined));
    const verdict = authenticator.ready().catch((error: unknown) => error);
    await authenticator.close();
    expect(await verdict).toMatchObject({ code: 'unavailable' });
  });
});
