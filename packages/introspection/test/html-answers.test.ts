import { expect, it } from 'vitest';
import { createIntrospectionAuthenticator } from '../src/index.ts';

it.each(['text/html', 'application/json', 'text/plain'])(
  'an answer in HTML, sent as %s, is an outage and never a refusal',
  async (type) => {
    const authenticator = createIntrospectionAuthenticator({
      endpoint: 'https://id.example.com/introspect',
      audience: 'orders',
      clientId: 'orders',
      clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
      http: { fetch: async () => new Response('<html>', { headers: { 'content-type': type } }) },
    });
    const context = { method: '/x/y', signal: new AbortController().signal };
    const verdict = await authenticator.authenticate({ scheme: 'bearer', token: 'abc' }, context);
    expect(verdict).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    await authenticator.close();
  },
);
