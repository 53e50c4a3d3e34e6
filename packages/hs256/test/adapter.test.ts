import { ConfigError } from '@grpc-authn/core/authenticator';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  createSpecCheck,
  decisionOf,
  GOOD_JWT_MEMBERS,
  make,
  membersWithoutDescription,
  secretMembersOf,
  verdictOf,
  WRONG_JWT_MEMBERS,
  written,
} from '../../jwt/test/support/adapter-specs.ts';
import { adapter } from '../src/adapter.ts';

const SECRET = 'canary-secret-of-more-than-32-bytes';
const issuer = 'https://old.example.com';
const check = createSpecCheck(adapter);
const good = { issuer, audience: 'orders', secrets: [{ text: SECRET, encoding: 'utf8' }] };

const sign = (payload: object = {}, secret = SECRET): Promise<string> =>
  new SignJWT({ sub: 'alice', ...payload })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience('orders')
    .setExpirationTime('5 min')
    .sign(Buffer.from(secret));

describe('the spec of hs256', () => {
  const secrets = Array.from({ length: 8 }, (_, index) => ({
    kid: String(index),
    text: SECRET,
    encoding: 'utf8',
  }));

  it.each<object>([
    ...GOOD_JWT_MEMBERS,
    {},
    { acceptMissing: [] },
    { acceptMissing: ['iss', 'aud', 'exp'] },
    { secrets },
    { secrets: [{ text: Buffer.from(SECRET).toString('base64'), encoding: 'base64' }] },
    { secrets: [{ text: Buffer.from(SECRET).toString('hex'), encoding: 'hex' }] },
  ])('is accepted with %j, and by the factory', async (members) => {
    expect(check({ ...good, ...members })).toBe('accepted');
    await make(adapter, { ...good, ...members });
  });

  it.each<readonly [object, string]>([
    ...WRONG_JWT_MEMBERS,
    [{ acceptMissing: 'exp' }, 'acceptMissing'],
    [{ acceptMissing: ['sub'] }, 'acceptMissing.0'],
    [{ secrets: undefined }, 'secrets'],
    [{ secrets: [] }, 'secrets'],
    [{ secrets: [...secrets, { text: SECRET, encoding: 'utf8' }] }, 'secrets'],
    [{ secrets: SECRET }, 'secrets'],
    [{ secrets: [SECRET] }, 'secrets.0'],
    [{ secrets: [{ text: 5, encoding: 'utf8' }] }, 'secrets.0.text'],
    [{ secrets: [{ text: SECRET }] }, 'secrets.0.encoding'],
    [{ secrets: [{ text: 'a', encoding: SECRET }] }, 'secrets.0.encoding'],
    [{ secrets: [{ text: SECRET, encoding: 'utf8', kid: '' }] }, 'secrets.0.kid'],
    [
      { secrets: [{ text: 'a', encoding: 'utf8', [SECRET]: true }] },
      'secrets.0: expected no members other than kid, text, encoding',
    ],
    [{ secrets: [{ bytes: SECRET }] }, 'secrets.0'],
    [{ algorithms: ['HS256'] }, ': unknown keys: "algorithms"'],
    [{ http: {} }, ': unknown keys: "http"'],
    [{ cache: {} }, ': unknown keys: "cache"'],
  ])('is rejected with %j, at %s, and shows no secret', (members, at) => {
    const issues = check(written({ ...good, ...members }));
    expect(issues).toContain(at);
    const result = adapter.schema['~standard'].validate(written({ ...good, ...members }));
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it('describes every member, and marks those with secrets', () => {
    expect(membersWithoutDescription(adapter)).toEqual([]);
    expect(secretMembersOf(adapter)).toEqual(['secrets[]', 'secrets[].text']);
  });
});

describe('use: hs256 in a config file', () => {
  it('verifies with its secrets and has its name', async () => {
    const authenticator = await make(adapter, good, { name: 'legacy' });
    expect(await decisionOf(authenticator, await sign())).toBe('legacy');
    const forged = await sign({}, 'another-secret-of-more-than-32-bytes');
    expect(await decisionOf(authenticator, forged)).toBe('invalid_token/signature');
  });

  it("checks pins, and then the application's claims schema", async () => {
    const claims = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => ({ value: { mine: 1 } }),
      },
    };
    const authenticator = await make(adapter, { ...good, pin: { azp: ['a', 'b'] } }, { claims });
    expect(await verdictOf(authenticator, await sign({ azp: 'b' }))).toMatchObject({
      claims: { mine: 1 },
    });
    expect(await decisionOf(authenticator, await sign({ azp: 'c' }))).toBe('invalid_token/claim');
  });

  it('rejects a shared issuer without a pin', async () => {
    const shared = { ...good, issuer: 'https://gitlab.com' };
    await expect(make(adapter, shared)).rejects.toThrow(ConfigError);
    await make(adapter, { ...shared, pin: { namespace_id: '1' } });
  });

  it.each([
    { text: 'canary', encoding: 'utf8' },
    { text: `${SECRET}!`, encoding: 'base64' },
    { text: SECRET, encoding: 'hex' },
  ])('shows nothing of a secret that the factory rejects: %j', async (secret) => {
    const making = make(adapter, { ...good, secrets: [secret] });
    const error: unknown = await making.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).stack).not.toContain('canary');
  });
});
