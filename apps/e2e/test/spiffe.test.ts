import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { createSpiffeAuthenticator } from '@grpc-authn/spiffe';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { bearer } from '../support/accounts.ts';
import { createKey } from '../support/attack-keys.ts';
import { oidcConfig } from '../support/config-file.ts';
import { withServedFile } from '../support/served-file.ts';
import { AUDIENCE } from '../support/tokens.ts';
import { startTrustDomain, type TrustDomain, WORKLOAD } from '../support/trust-domain.ts';
import { withEcho } from '../support/with-echo.ts';

let domain: TrustDomain;
let provider: TestIssuer;
before(async () => {
  [domain, provider] = await Promise.all([startTrustDomain(), startTestIssuer()]);
});
after(() => Promise.all([domain.close(), provider.close()]));

const accepted = `${WORKLOAD} of spiffe://acme.example by mesh`;

describe('a server for the workloads of a trust domain', () => {
  it('accepts their JWT-SVIDs', async () => {
    await withServedFile(domain.config, async ({ call }) => {
      assert.equal(await call(domain.svid()), accepted);
      assert.equal(await call(domain.svid({ sub: 'spiffe://other.example/a' })), 'UNAUTHENTICATED');
    });
  });

  it('may be configured in code', async () => {
    const authenticator = createSpiffeAuthenticator({
      trustDomain: 'acme.example',
      bundle: { url: `${domain.endpoint.issuer}/bundle` },
      audience: AUDIENCE,
    });
    await withEcho({ authenticator }, async ({ client }) => {
      const codeOf = async (token: string): Promise<number> =>
        (await client.call('unary', { authorization: bearer(token) })).code;
      assert.equal(await codeOf(domain.svid()), status.OK);
      const foreign = createKey('ES256', 'jwt');
      assert.equal(await codeOf(domain.svid({}, {}, foreign)), status.UNAUTHENTICATED);
    });
    await authenticator.close();
  });

  it('may have users too, in any order', async () => {
    const users = oidcConfig(provider.issuer, 'users');
    for (const children of [
      [users, domain.config],
      [domain.config, users],
    ]) {
      await withServedFile({ use: 'anyOf', of: children }, async ({ call }) => {
        assert.equal(await call(domain.svid()), accepted);
        // A header that an SVID must not have.
        const header = { x5t: 'a' };
        const token = await provider.sign({ aud: AUDIENCE }, { header });
        assert.equal(await call(token), `alice of ${provider.issuer} by users`);
        assert.equal(await call(domain.svid({ aud: 'stock' })), 'UNAUTHENTICATED');
        assert.equal(await call(await provider.sign({ aud: 'stock' })), 'UNAUTHENTICATED');
      });
    }
  });
});
