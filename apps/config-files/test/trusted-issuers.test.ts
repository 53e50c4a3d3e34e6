import { loadAuth } from '@grpc-authn/config';
import { ConfigError } from '@grpc-authn/core';
import { adapter as hs256 } from '@grpc-authn/hs256/adapter';
import { adapter as introspection } from '@grpc-authn/introspection/adapter';
import { adapter as jwks } from '@grpc-authn/jwks/adapter';
import { adapter as byIssuer, byTrustedIssuerAdapter } from '@grpc-authn/jwt/adapter';
import { adapter as oidc } from '@grpc-authn/oidc/adapter';
import { adapter as spiffe } from '@grpc-authn/spiffe/adapter';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFolder } from '../../../packages/config/test/support/config-folder.ts';

const ADAPTERS = [hs256, introspection, jwks, byIssuer, byTrustedIssuerAdapter, oidc, spiffe];

type Members = Readonly<Record<string, unknown>>;

const ISSUERS = ['https://login.example.com/{tenant}/v2.0'];
const EACH: Members = { use: 'oidc', audience: 'orders', pin: { azp: 'web' } };
const TENANTS: Members = { issuers: ISSUERS, tenants: ['id-a', 'id-b'], each: EACH };

const config = (members: Members, name = 'tenants'): Members => ({
  authenticators: { [name]: { use: 'byTrustedIssuer', ...TENANTS, ...members } },
  authenticator: name,
});
const each = (members: Members): Members => ({ each: { ...EACH, ...members } });
const single = (issuer: string, members: Members = {}, name = 'main'): Members => ({
  authenticators: { [name]: { ...EACH, issuer, ...members } },
  authenticator: name,
});

async function problemsOf(source: Members): Promise<readonly string[]> {
  try {
    const auth = await loadAuth({ config: source, adapters: ADAPTERS });
    onTestFinished(() => auth.close());
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

describe('use: byTrustedIssuer', () => {
  it.each<readonly [string, Members]>([
    ['listed tenants', {}],
    ['any tenant', { tenants: 'any' }],
    ['issuers without tenants', { issuers: ['https://a.example'], tenants: undefined }],
    ['introspection', each({ use: 'introspection', pin: undefined, ...clientOf() })],
    ['a cache', { cache: { maxAgeSeconds: 60 } }],
    ['no cache', { cache: false, maxIssuers: 10 }],
    ['a shared provider', { issuers: ['https://login.microsoftonline.com/{tenant}/v2.0'] }],
    [
      'any tenant of a shared provider',
      { issuers: ['https://login.microsoftonline.com/{tenant}/v2.0'], tenants: 'any' },
    ],
  ])('is loaded with %s', async (_, members) => {
    expect(await problemsOf(written(config(members)))).toEqual([]);
  });

  it.each<readonly [string, Members]>([
    ['tenants', { tenants: undefined }],
    ['tenants', { tenants: 'all' }],
    ['tenants', { tenants: [] }],
    ['tenants[1]', { tenants: ['a', '..'] }],
    ['issuers[0]', { issuers: ['https://login.example.com/{tenantid}/v2.0'] }],
    ['maxIssuers', { maxIssuers: 0 }],
    ['each', { each: undefined }],
    ['each', { each: 'main' }],
    ['each.use', { each: { audience: 'orders' } }],
    ['each.use', each({ use: 'jwks', jwks: { url: 'https://a.example/keys' } })],
    ['each.use', each({ use: 'hs256' })],
    ['each.use', each({ use: 'spiffe' })],
    ['each.use', { each: { use: 'anyOf', of: ['main'] } }],
    ['each.use', { each: { use: 'byIssuer', issuers: { a: 'main' } } }],
    ['each.use', each({ use: 'data:text/javascript,1' })],
    ['each.issuer', each({ issuer: 'https://login.example.com/id-a/v2.0' })],
    ['each.name', each({ name: 'tenant' })],
    ['each.cache', each({ cache: false })],
    ['each.audience', each({ audience: undefined })],
    ['each.audiance', each({ audiance: 'orders' })],
    ['each.pin', each({ pin: {} })],
    [
      'each.issuer',
      { issuers: ['https://login.microsoftonline.com/{tenant}/v2.0'], tenants: ['id-a', 'common'] },
    ],
    ['each.issuer', { issuers: ['http://login.example.com/{tenant}/v2.0'] }],
    ['each.issuer', { issuers: ['http://login.example.com/{tenant}/v2.0'], tenants: 'any' }],
  ])('is rejected at %s: %j', async (path, members) => {
    expect(await problemsOf(written(config(members)))).toEqual([`authenticators.tenants.${path}`]);
  });
});

/** The paths of what became weaker; empty where the file is loaded. */
async function reloadWith(before: Members, after: Members): Promise<readonly string[]> {
  const folder = await createFolder(JSON.stringify(before));
  const auth = await loadAuth({ file: folder.file, adapters: ADAPTERS });
  onTestFinished(() => auth.close());
  await folder.write(JSON.stringify(after, undefined, 1));
  try {
    await auth.reload({ requireReady: false });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).toContain('reload({ allowWeaker: true })');
    await auth.reload({ requireReady: false, allowWeaker: true });
    return error.problems.map(({ path }) => path);
  }
}

const A = 'https://login.example.com/id-a/v2.0';
const tenants = 'authenticators.tenants';

describe('a reload that widens byTrustedIssuer', () => {
  it.each<readonly [string, Members, Members, string]>([
    [
      'by a tenant',
      config({}),
      config({ tenants: ['id-a', 'id-b', 'id-c'] }),
      `${tenants}.tenants`,
    ],
    ['by other tenants', config({}), config({ tenants: ['id-c'] }), `${tenants}.tenants`],
    ['by any tenant', config({}), config({ tenants: 'any' }), `${tenants}.tenants`],
    [
      'by any tenant, under another name',
      config({}),
      config({ tenants: 'any' }, 'everybody'),
      'authenticators.everybody.each',
    ],
    [
      'by issuers',
      config({}),
      config({ issuers: [...ISSUERS, 'https://other.example/{tenant}'] }),
      `${tenants}.issuers`,
    ],
    [
      'by its template',
      config({}),
      config({ issuers: ['https://login.example.com/{tenant}'] }),
      `${tenants}.issuers`,
    ],
    ['by a pin that is gone', config({}), config(each({ pin: undefined })), `${tenants}.each.pin`],
    [
      'by a pin that is gone, for any tenant',
      config({ tenants: 'any' }),
      config({ tenants: 'any', ...each({ pin: undefined }) }),
      `${tenants}.each.pin`,
    ],
    [
      'by a pin that is gone, for any tenant, under another name',
      config({ tenants: 'any' }),
      config({ tenants: 'any', ...each({ pin: undefined }) }, 'other'),
      'authenticators.other.each.pin',
    ],
    [
      'by an audience',
      config({}),
      config(each({ audience: ['orders', 'x'] })),
      `${tenants}.each.audience`,
    ],
    [
      'by a cache that lasts longer',
      config({ cache: false }),
      config({ cache: { maxAgeSeconds: 60 } }),
      `${tenants}.cache`,
    ],
    [
      'in place of an authenticator of one tenant with a pin',
      single(A),
      config(each({ pin: undefined })),
      `${tenants}.each.pin`,
    ],
    [
      'by any tenant, in place of an authenticator of one tenant',
      single(A),
      config({ tenants: 'any' }),
      `${tenants}.each`,
    ],
    [
      'by an authenticator of one of its tenants without the pin',
      config({ tenants: 'any' }),
      single(A, { pin: undefined }),
      'authenticators.main.pin',
    ],
  ])('is rejected: %s', async (_, before, after, path) => {
    expect(await reloadWith(written(before), written(after))).toContain(path);
  });

  it.each<readonly [string, Members, Members]>([
    ['a tenant that is gone', config({}), config({ tenants: ['id-b'] })],
    ['the same, in another order', config({}), config({ tenants: ['id-b', 'id-a'] })],
    ['listed tenants in place of any', config({ tenants: 'any' }), config({})],
    ['another pin', config({}), config(each({ pin: { azp: 'web', org: 'a' } }))],
    ['fewer authenticators', config({}), config({ maxIssuers: 5 })],
    [
      'one more provider',
      config({}),
      {
        authenticators: {
          ...(config({})['authenticators'] as object),
          main: { ...EACH, issuer: 'https://b.example' },
        },
        authenticator: { use: 'anyOf', of: ['tenants', 'main'] },
      },
    ],
    ['tenants in place of one of them', single(A), config({})],
  ])('is loaded where it does not widen it: %s', async (_, before, after) => {
    expect(await reloadWith(before, after)).toEqual([]);
  });
});

/** As in a file: without members that are undefined. */
function written(value: Members): Members {
  return JSON.parse(JSON.stringify(value)) as Members;
}

function clientOf(): Members {
  return {
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_basic', secret: 'a-client-secret' },
  };
}
