import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../src/json-schema.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** YAML files that are not configs. */
const OTHERS = /^(?:pnpm-|\.github|\.changeset)|node_modules|[/\\]dist[/\\]|buf\.gen\.yaml$/;

const FILES = ['apps', 'docs', 'packages'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => /\.ya?ml$/.test(file) && !OTHERS.test(file)),
);

const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
const validate = ajv.compile(configJsonSchema());
const problemsOf = (config: unknown): readonly string[] => {
  validate(config);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

describe('the JSON Schema of a config', () => {
  it('is published as it is', () => {
    const published: unknown = JSON.parse(
      readFileSync(join(ROOT, 'packages/config/schema.json'), 'utf8'),
    );
    // If not: npx --yes pnpm@12 --filter @grpc-authn/config-files schema
    expect(published).toEqual(configJsonSchema());
  });

  it.each(FILES)('accepts %s', (file) => {
    expect(problemsOf(parse(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  const EACH = { use: 'oidc', audience: 'orders' };
  const tenantsOf = (each: object = EACH): object => ({
    use: 'byTrustedIssuer',
    issuers: ['https://login.example.com/{tenant}/v2.0'],
    tenants: ['id-a', 'id-b'],
    each,
  });
  const main = { use: 'oidc', issuer: 'https://id.example.com', audience: 'orders' };
  it.each<readonly [string, unknown]>([
    ['one authenticator', { authenticator: main }],
    ['a name', { authenticators: { main }, authenticator: 'main' }],
    ['ID tokens', { authenticator: { ...main, tokenUse: 'id' } }],
    ['a cache', { authenticator: { ...main, cache: { maxEntries: 10, maxAgeSeconds: 60 } } }],
    ['no cache', { authenticator: { ...main, cache: false } }],
    ['anyOf', { authenticator: { use: 'anyOf', of: ['main', { ...main, name: 'other' }] } }],
    [
      'byIssuer',
      { authenticator: { use: 'byIssuer', issuers: { 'https://a.example': main }, opaque: 'x' } },
    ],
    [
      'byTrustedIssuer',
      { authenticator: tenantsOf({ use: 'oidc', audience: 'orders', pin: { azp: 'web' } }) },
    ],
    ['byTrustedIssuer for any tenant', { authenticator: { ...tenantsOf(), tenants: 'any' } }],
    ['byTrustedIssuer with a cache', { authenticator: { ...tenantsOf(), cache: false } }],
    [
      'byTrustedIssuer with introspection',
      {
        authenticator: tenantsOf({
          use: 'introspection',
          audience: 'orders',
          clientId: 'orders',
          clientAuthentication: { method: 'client_secret_basic', secret: 'a' },
        }),
      },
    ],
    [
      'spiffe',
      {
        authenticator: {
          use: 'spiffe',
          trustDomain: 'acme.example',
          bundle: { url: 'https://spire.example/bundle' },
          audience: 'orders',
          allow: ['spiffe://acme.example/ns/prod/*'],
        },
      },
    ],
    ['a word for a rule', { authenticator: main, policy: { rules: { 'a.B/*': 'public' } } }],
    [
      'a rule with several parts',
      {
        authenticator: main,
        policy: {
          otherwise: 'deny',
          rules: { 'a.B/C': { scopes: ['a'], confirmedBy: 'x', override: true } },
        },
      },
    ],
    [
      'credentials and limits',
      {
        authenticator: main,
        credentials: { header: 'cf-access-jwt-assertion', maxTokenBytes: 65_536, bare: true },
        limits: { maxWaiting: 1_000_000, maxWaitingPerPeer: 1 },
      },
    ],
    ['the address of the schema', { $schema: './schema.json', authenticator: main }],
  ])('accepts %s', (_, config) => {
    expect(problemsOf(config)).toEqual([]);
  });

  it.each<readonly [string, unknown]>([
    ['no authenticator', { policy: { rules: {} } }],
    ['an unknown key', { authenticator: main, polcy: {} }],
    ['an unknown adapter', { authenticator: { ...main, use: 'odic' } }],
    ['an unknown option', { authenticator: { ...main, isuer: 'x' } }],
    ['an option of another adapter', { authenticator: { ...main, secrets: [] } }],
    ['a missing option', { authenticator: { use: 'oidc', audience: 'orders' } }],
    ['a cache of a composition', { authenticator: { use: 'anyOf', of: ['a'], cache: {} } }],
    ['an unknown adapter of a child', { authenticator: { use: 'anyOf', of: [{ use: 'odic' }] } }],
    [
      'a tenant with an issuer',
      {
        authenticator: tenantsOf({ use: 'oidc', audience: 'orders', issuer: 'https://a.example' }),
      },
    ],
    ['a tenant with a name', { authenticator: tenantsOf({ ...EACH, name: 'a' }) }],
    ['tenants with the keys of one issuer', { authenticator: tenantsOf({ ...EACH, use: 'jwks' }) }],
    ['an unknown word for tenants', { authenticator: { ...tenantsOf(), tenants: 'all' } }],
    [
      'an unknown word for a rule',
      { authenticator: main, policy: { rules: { 'a.B/C': 'pubic' } } },
    ],
    [
      'a rule with an unknown part',
      { authenticator: main, policy: { rules: { 'a.B/C': { scope: [] } } } },
    ],
    ['an invalid method name', { authenticator: main, policy: { rules: { 'a/b/C': 'public' } } }],
    ...['grpc-token', 'token-bin', 'X-Token', '', 'a b'].map(
      (header) =>
        [
          `the header ${JSON.stringify(header)}`,
          { authenticator: main, credentials: { header } },
        ] as const,
    ),
    ['an unknown key of credentials', { authenticator: main, credentials: { haeder: 'a' } }],
    ['a limit of none', { authenticator: main, limits: { maxWaiting: 0 } }],
    ['a limit that is code', { authenticator: main, limits: { peerOf: 'x' } }],
    ['an open otherwise', { authenticator: main, policy: { otherwise: 'anonymous', rules: {} } }],
  ])('rejects %s', (_, config) => {
    expect(problemsOf(config)).not.toEqual([]);
  });

  it('describes every property for editors', () => {
    const { $defs } = configJsonSchema() as {
      $defs: Record<
        string,
        { properties?: Record<string, { description?: string; const?: string; $ref?: string }> }
      >;
    };
    for (const [adapter, { properties = {} }] of Object.entries($defs)) {
      for (const [name, { description, const: value }] of Object.entries(properties)) {
        expect(description ?? value, `${adapter}.${name}`).toEqual(expect.any(String));
      }
    }
  });
});
