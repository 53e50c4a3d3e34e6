import { expect, it, onTestFinished } from 'vitest';
import { METADATA_PATH } from '../../../introspection/test/support/provider-server.ts';
import { createCertificate } from '../../../provider/test/support/certificates.ts';
import { startProxy } from '../../../provider/test/support/proxy-server.ts';
import type { RenewalEvent } from '../../src/index.ts';
import { createClientCredentialsSource } from '../../src/node.ts';
import { CLIENT_ID, SECRET, startTokenServer } from './support/token-server.ts';

it('a proxy in use is reported once, without its password', async () => {
  const issuer = 'https://id.example.com';
  const certificate = await createCertificate('provider', 'id.example.com');
  const provider = await startTokenServer(certificate);
  provider.publish(METADATA_PATH, { issuer, token_endpoint: `${issuer}/introspect` });
  const proxy = await startProxy(provider);
  const events: RenewalEvent[] = [];
  const source = createClientCredentialsSource({
    issuer,
    clientId: CLIENT_ID,
    clientAuthentication: { method: 'client_secret_post', secret: SECRET },
    http: { ca: certificate.cert, proxy: proxy.origin.replace('//', '//user:canary@') },
    report: (event) => events.push(event),
  });
  onTestFinished(() => source.close());
  expect((await source.get()).token).toBe('t1');
  expect(events).toEqual([
    { type: 'proxy_used', detail: { proxy: proxy.origin, origin: issuer } },
    { type: 'renewed' },
  ]);
});
