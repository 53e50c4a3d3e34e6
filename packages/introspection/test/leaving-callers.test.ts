import { startTestIssuer } from '@grpc-authn/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createIntrospectionAuthenticator } from '../src/index.ts';

it('callers that disconnect do not open the circuit, however many tokens they sent', async () => {
  const issuer = await startTestIssuer();
  const authenticator = createIntrospectionAuthenticator({
    issuer: issuer.issuer,
    audience: 'orders',
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
  });
  onTestFinished(async () => {
    await authenticator.close();
    await issuer.close();
  });
  const ask = (token: string, signal = new AbortController().signal) =>
    authenticator.authenticate({ scheme: 'bearer', token }, { method: '/x/y', signal });
  await authenticator.ready();
  issuer.fail('hang');
  for (let caller = 0; caller < 20; caller += 1) {
    const leaving = new AbortController();
    const asked = issuer.requests.introspection;
    const verdict = ask(`token-${caller}`, leaving.signal);
    await vi.waitFor(() => expect(issuer.requests.introspection).toBe(asked + 1));
    leaving.abort();
    expect(await verdict).toMatchObject({ code: 'unavailable' });
  }
  issuer.fail('none');
  const good = issuer.opaque({ aud: 'orders' });
  expect(await ask(good)).toMatchObject({ subject: 'alice' });
});
