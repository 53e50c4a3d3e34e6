import { expect, it, vi } from 'vitest';
import { startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

// The import of the package in createSubject shows that it is not imported before it is needed.
vi.mock('oauth4webapi', () => {
  throw new Error('not installed');
});

it('without oauth4webapi calls are unavailable, and the cause names the package', async () => {
  const provider = await startProvider();
  const { refusal, authenticator } = createSubject(provider);
  const outage = {
    code: 'unavailable',
    reason: 'introspection',
    cause: { problem: 'package', message: expect.stringContaining('package oauth4webapi:') },
  };
  await expect(authenticator.ready()).rejects.toMatchObject(outage);
  expect(await refusal('token')).toMatchObject(outage);
  expect(provider.questions).toEqual([]);
});
