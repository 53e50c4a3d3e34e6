// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadAuth } from '@grpc-authn/config';
import { refuseAll, withServedFile } from '../support/served-file.ts';
import { startTenantProvider, type TenantProvider } from '../support/tenant-provider.ts';

let provider: TenantProvider;
before(async () => {
  provider = await startTenantProvider('id-a', 'id-b', 'id-c', 'id-d');
});
after(() => provider.close());

const tenants = (accepted: 'any' | readonly string[]): object => provider.config(accepted);

const issuerOf = (tenant: string): string => provider.issuerOf(tenant);

const good = (tenant: string): readonly [string, string] => [
  provider.token(tenant),
  provider.accepted(tenant),
];

const forgedIssuers = (count: number): readonly string[] =>
  Array.from({ length: count }, () => provider.token(`forged-${crypto.randomUUID()}`));

describe('the token of a tenant that is not a customer', () => {
  it('UNAUTHENTICATED without a request, although its issuer signed it (rule 30)', async () => {
    await withServedFile(tenants(['id-a', 'id-b']), async (served) => {
      await served.call(provider.token('id-a'));
      const requests = provider.requests();
      await refuseAll(served, () => good('id-a'), {
        'another tenant': [provider.token('id-c'), 'issuer'],
        'a path to another tenant': [provider.token('id-a/../id-c'), 'issuer'],
        'another case': [provider.token('ID-A'), 'issuer'],
        'one more slash': [provider.token('id-a', { iss: `${issuerOf('id-a')}/` }), 'issuer'],
        'a list': [provider.token('id-a', { iss: [issuerOf('id-a')] }), 'issuer'],
        'a name of every object': [provider.token('id-a', { iss: '__proto__' }), 'issuer'],
        'no issuer': [provider.token('id-a', { iss: undefined }), 'issuer'],
      });
      for (const token of forgedIssuers(50)) {
        assert.equal(await served.call(token), 'UNAUTHENTICATED');
      }
      assert.equal(provider.requests(), requests);
    });
  });
});

describe("one tenant's key under another tenant's issuer", () => {
  for (const accepted of ['any', ['id-a', 'id-b']] as const) {
    it(`UNAUTHENTICATED with tenants: ${String(accepted)} (rules 18, 30)`, async () => {
      await withServedFile(tenants(accepted), async (served) => {
        assert.equal(await served.call(provider.token('id-b')), provider.accepted('id-b'));
        await refuseAll(served, () => good('id-a'), {
          'b as a': [provider.token('id-a', {}, 'id-b'), 'signature'],
          'a as b': [provider.token('id-b', {}, 'id-a'), 'signature'],
          'for another service': [provider.token('id-a', { aud: 'stock' }), 'audience'],
        });
      });
    });
  }
});

describe('an issuer that is not one of the template', () => {
  it('UNAUTHENTICATED without a request, where any tenant may call (rule 30)', async () => {
    await withServedFile(tenants('any'), async (served) => {
      await served.call(provider.token('id-a'));
      const requests = provider.requests();
      const { template } = provider;
      const { port } = new URL(template);
      const named = [
        '',
        '.',
        '..',
        '../x',
        'a/b',
        'a%2fb',
        'a@b',
        'a?b',
        'a#b',
        'A',
        'a\\b',
        'a b',
      ];
      const issuers = {
        'another host': `http://localhost:${port}/id-a`,
        'a user name before the host': template.replace('//', '//id-a@').replace('/{tenant}', ''),
        'another scheme': template.replace('http:', 'https:').replace('{tenant}', 'id-a'),
        'the template itself': template,
        'another address of the network': 'http://169.254.169.254/id-a',
      };
      await refuseAll(served, () => good('id-a'), {
        ...Object.fromEntries(
          named.map((tenant) => [`the tenant "${tenant}"`, [provider.token(tenant), 'issuer']]),
        ),
        ...Object.fromEntries(
          Object.entries(issuers).map(([what, iss]) => [
            what,
            [provider.token('id-a', { iss }), 'issuer'],
          ]),
        ),
      });
      assert.equal(provider.requests(), requests);
    });
  });
});

describe('forged issuers, where any tenant may call', () => {
  it('evict no tenant that has verified a token (rule 30)', async () => {
    const config = { ...tenants('any'), maxIssuers: 2, cache: false };
    await withServedFile(config, async ({ call }) => {
      for (const tenant of ['id-a', 'id-b']) {
        assert.equal(await call(provider.token(tenant)), provider.accepted(tenant));
      }
      const discovered = provider.discoveries('id-a', 'id-b');
      const answers = await Promise.all(forgedIssuers(11).map((token) => call(token, 1)));
      assert.deepEqual(new Set(answers), new Set(['UNAVAILABLE']));
      for (const tenant of ['id-a', 'id-b']) {
        assert.equal(await call(provider.token(tenant)), provider.accepted(tenant));
      }
      assert.equal(provider.discoveries('id-a', 'id-b'), discovered);
    });
  });

  it('cause at most five discoveries a second, and delay no new tenant of another connection', async () => {
    await withServedFile(tenants('any'), async ({ call }) => {
      const known = provider.discoveries();
      const startMs = performance.now();
      const flood = Promise.all(forgedIssuers(21).map((token) => call(token, 1)));
      assert.equal(await call(provider.token('id-d')), provider.accepted('id-d'));
      // Five at once, and five for each second that has begun.
      const inTime = 5 * (Math.floor((performance.now() - startMs) / 1000) + 2);
      assert.ok(provider.discoveries() - known <= inTime, `${provider.discoveries() - known}`);
      let isOver = false;
      void flood.then(() => (isOver = true));
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(isOver, false);
      await flood;
    });
  });
});

describe('a file that forgets to say which tenants may call', () => {
  it('does not load (rule 30)', async () => {
    const { tenants: _, ...authenticator } = provider.config([]) as { readonly tenants: unknown };
    await assert.rejects(loadAuth({ config: { authenticator } }), /write "any" to accept every/);
  });
});
