import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createJwksAuthenticator } from '../src/index.ts';

it('a report that rejects ends no process', async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listen);
  const report: () => unknown = async () => {
    throw new Error('the log sink is down too');
  };
  const authenticator = createJwksAuthenticator({
    jwks: { url: 'https://id.example.com/jwks' },
    issuer: 'https://id.example.com',
    audience: 'orders',
    http: { fetch: async () => new Response('', { status: 500 }) },
    report,
  });
  await expect(authenticator.ready()).rejects.toMatchObject({ code: 'unavailable' });
  await setImmediate();
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
  await authenticator.close();
});
