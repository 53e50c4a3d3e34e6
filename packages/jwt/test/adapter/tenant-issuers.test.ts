import { ConfigError } from '@grpc-authn/core/authenticator';
import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTenantIssuers, type Tenants } from '../../src/adapter/tenant-issuers.ts';

const ENTRA = 'https://login.example.com/{tenant}/v2.0';
const OKTA = 'https://{tenant}.id.example.com';

function includes(template: string, tenants: Tenants, issuer: string): boolean {
  return readTenantIssuers([template], tenants).includes(issuer);
}

function problemOf(issuers: readonly string[], tenants?: Tenants): string {
  try {
    readTenantIssuers(issuers, tenants);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path).join();
    throw error;
  }
  return 'none';
}

describe('the issuers of listed tenants', () => {
  const set = readTenantIssuers([ENTRA, OKTA], ['id-a', 'id-b']);

  it('are every template with every tenant', () => {
    expect(set.known).toEqual([
      'https://login.example.com/id-a/v2.0',
      'https://login.example.com/id-b/v2.0',
      'https://id-a.id.example.com',
      'https://id-b.id.example.com',
    ]);
    expect(set.known).toContain(set.example);
    for (const issuer of set.known) expect(set.includes(issuer)).toBe(true);
  });

  it.each([
    'https://login.example.com/id-c/v2.0',
    'https://login.example.com/id-a/v2.0/',
    'https://login.example.com/ID-A/v2.0',
    'https://login.example.com//id-a/v2.0',
    'https://login.example.com/id-a/v2.0?x',
    'https://LOGIN.example.com/id-a/v2.0',
    'http://login.example.com/id-a/v2.0',
    'https://login.example.com:443/id-a/v2.0',
    'https://id-a.id.example.com/',
    'https://login.example.com/{tenant}/v2.0',
    '',
  ])('are no others: %s', (issuer) => {
    expect(set.includes(issuer)).toBe(false);
  });

  it('may have upper-case letters in a path, where the list has them', () => {
    expect(includes(ENTRA, ['Sales'], 'https://login.example.com/Sales/v2.0')).toBe(true);
    expect(includes(ENTRA, ['Sales'], 'https://login.example.com/sales/v2.0')).toBe(false);
  });

  it('may be listed without a template', () => {
    const { known, includes: has } = readTenantIssuers(['https://a.example/x'], undefined);
    expect(known).toEqual(['https://a.example/x']);
    expect(has('https://a.example/x')).toBe(true);
    expect(has('https://a.example/')).toBe(false);
  });
});

describe('the issuers of any tenant', () => {
  it.each([
    [ENTRA, 'https://login.example.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0'],
    [ENTRA, 'https://login.example.com/contoso.example.com/v2.0'],
    [ENTRA, 'https://login.example.com/a_b/v2.0'],
    [OKTA, 'https://acme.id.example.com'],
    [OKTA, 'https://a.id.example.com'],
    ['http://127.0.0.1:8080/realms/{tenant}', 'http://127.0.0.1:8080/realms/a'],
    ['https://eu.{tenant}.id.example.com/v1', 'https://eu.acme.id.example.com/v1'],
  ])('match the template %s: %s', (template, issuer) => {
    expect(includes(template, 'any', issuer)).toBe(true);
  });

  const segments = [
    '',
    '.',
    '..',
    '...',
    'a..b',
    '.a',
    'a.',
    'a/b',
    '/a',
    'a/',
    '../a',
    'a/..',
    'a%2fb',
    '%2e%2e',
    '%61',
    'a@b',
    'a:b',
    'a?b',
    'a#b',
    '?',
    '#',
    'a\\b',
    'a b',
    ' a',
    'a ',
    'a\n',
    'a\tb',
    'a\0',
    'a;b',
    'a,b',
    'a=b',
    'a&b',
    "a'b",
    'a"b',
    'a<b',
    'A',
    'Acme',
    'ACME',
    '\u0430cme',
    'acm\u00e9',
    '\uff41',
    'a\u200b',
    '{tenant}',
    '*',
    'a'.repeat(256),
  ];
  it.each(segments)('never have this as a path segment: %j', (tenant) => {
    expect(includes(ENTRA, 'any', `https://login.example.com/${tenant}/v2.0`)).toBe(false);
  });

  it.each([
    ...segments,
    'a.b',
    'evil.example',
    '-a',
    'a-',
    'a_b',
    'evil.com/',
    'user@evil',
    'evil.com#',
    'a'.repeat(64),
  ])('never have this as a host label: %j', (tenant) => {
    expect(includes(OKTA, 'any', `https://${tenant}.id.example.com`)).toBe(false);
  });

  it.each([
    'https://login.example.com/v2.0',
    'https://login.example.com//v2.0',
    'https://login.example.com/a/b/v2.0',
    'https://login.example.com/a/v2.0/',
    'https://login.example.com/a/v2.0#/v2.0',
    'https://login.example.com.evil/a/v2.0',
    'https://evil.example/https://login.example.com/a/v2.0',
    'https://login.example.com@evil.example/a/v2.0',
    'https://LOGIN.example.com/a/v2.0',
    'HTTPS://login.example.com/a/v2.0',
    'http://login.example.com/a/v2.0',
    ' https://login.example.com/a/v2.0',
    'https://login.example.com/',
    'https',
    '',
  ])('are not around it: %j', (issuer) => {
    expect(includes(ENTRA, 'any', issuer)).toBe(false);
  });

  it('have the host and the path of the template, however a URL parser reads them', () => {
    const unit = constantFrom(...Array.from('ab-_./@:?#%\\A0 '));
    assert(
      property(string({ unit }), constantFrom(ENTRA, OKTA), (tenant, template) => {
        const issuer = template.replace('{tenant}', tenant);
        if (!includes(template, 'any', issuer)) return;
        const { host, pathname, href } = new URL(issuer);
        expect([issuer, `${issuer}/`]).toContain(href);
        if (template === ENTRA) {
          expect(host).toBe('login.example.com');
          expect(pathname.split('/')).toHaveLength(3);
        } else {
          expect(host.split('.').slice(1).join('.')).toBe('id.example.com');
          expect(host.split('.')).toHaveLength(4);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are not known in advance', () => {
    const set = readTenantIssuers([ENTRA], 'any');
    expect(set.known).toEqual([]);
    expect(set.includes(set.example)).toBe(true);
  });
});

describe('a file with templates is rejected', () => {
  it.each<readonly [string, readonly string[], Tenants | undefined]>([
    ['tenants', [ENTRA], undefined],
    ['tenants', ['https://a.example'], 'any'],
    ['tenants', ['https://a.example'], ['a']],
    ['none', [ENTRA, 'https://a.example'], ['a']],
    ['tenants[1]', [ENTRA], ['a', '../b']],
    ['tenants[0]', [ENTRA], ['']],
    ['tenants[0]', [OKTA], ['A']],
    ['tenants[0]', [OKTA], ['a.b']],
    ['issuers[0]', ['https://login.example.com/{tenantid}/v2.0'], ['a']],
    ['issuers[0]', ['https://login.example.com/{tenant}/{tenant}'], ['a']],
    ['issuers[0]', ['https://{tenant}.id.example.com/{tenant}'], ['a']],
    ['issuers[0]', ['https://login.example.com/realm-{tenant}'], ['a']],
    ['issuers[0]', ['https://login.example.com/?tenant={tenant}'], ['a']],
    ['issuers[0]', ['https://login.example.com/#{tenant}'], ['a']],
    ['issuers[0]', ['https://{tenant}@login.example.com/'], ['a']],
    ['issuers[0]', ['https://login.example.com:{tenant}/'], ['a']],
    ['issuers[0]', ['https://{tenant}'], 'any'],
    ['issuers[0]', ['https://{tenant}/'], 'any'],
    ['issuers[0]', ['https://{tenant}.com'], 'any'],
    ['issuers[0]', ['https://id.{tenant}.com'], 'any'],
    ['issuers[0]', ['https://{tenant}.0.0.1'], 'any'],
    ['issuers[0]', ['https://acme-{tenant}.example.com'], 'any'],
    ['issuers[0]', ['{tenant}'], 'any'],
    ['issuers[0]', ['ftp://a.example/{tenant}'], 'any'],
    ['issuers[1]', [ENTRA, 'a.example/{tenant}'], 'any'],
  ])('at %s: %j, %j', (path, issuers, tenants) => {
    expect(problemOf(issuers, tenants)).toBe(path);
  });
});
