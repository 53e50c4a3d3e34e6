import { AuthError, type Principal } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { decisionOf, verdictOf } from '../../jwt/test/support/adapter-specs.ts';
import { encodePart, signInput, signJws } from '../../jwt/test/support/signing-key.ts';
import {
  AUDIENCE,
  bundleKey,
  createSigningKey,
  createVerifier,
  ID,
  svid,
} from './support/trust-domain.ts';

const key = createSigningKey('ES256', 'main');
const verifier = createVerifier([bundleKey(key)]);
const decide = (token: string): Promise<string> => decisionOf(verifier, token);

describe('a JWT-SVID', () => {
  it('authenticates a workload by its SPIFFE ID, and its trust domain is the issuer', async () => {
    const verdict = await verdictOf(verifier, svid(key));
    expect(AuthError.is(verdict)).toBe(false);
    const principal = verdict as Principal<object>;
    expect(principal).toMatchObject({
      subject: ID,
      issuer: 'spiffe://acme.example',
      audience: [AUDIENCE],
      authenticator: 'spiffe',
      audienceChecked: true,
    });
    expect(verifier.issuers).toEqual(['spiffe://acme.example']);
  });

  it('needs no iss, and one that it has is not the issuer of the principal', async () => {
    const verdict = await verdictOf(verifier, svid(key, { iss: 'https://accounts.google.com' }));
    expect(verdict).toMatchObject({ issuer: 'spiffe://acme.example' });
  });

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'])(
    'may be signed with %s',
    async (alg) => {
      const signer = createSigningKey(alg, 'k');
      const own = createVerifier([bundleKey(signer, { alg })]);
      expect(await decisionOf(own, svid(signer))).toBe('spiffe');
    },
  );

  it('is verified with RS256 by an RSA key without alg, or with the first RSA algorithm that is allowed', async () => {
    const signer = createSigningKey('PS384', 'k');
    const keys = [bundleKey(signer)];
    expect(await decisionOf(createVerifier(keys), svid(signer))).toBe('invalid_token/algorithm');
    const own = createVerifier(keys, { algorithms: ['ES256', 'PS384'] });
    expect(await decisionOf(own, svid(signer))).toBe('spiffe');
  });

  it.each([
    ['without typ', { typ: undefined }],
    ['with typ JOSE', { typ: 'JOSE' }],
    ['without kid', { kid: undefined }],
  ])('is accepted %s', async (_, header) => {
    expect(await decide(svid(key, {}, header))).toBe('spiffe');
  });

  it('is refused again, and with another header, after a good one was accepted', async () => {
    expect(await decide(svid(key))).toBe('spiffe');
    expect(await decide(svid(key, {}, { x5u: 'https://evil.example' }))).toBe(
      'invalid_token/header',
    );
  });
});

describe('a JWT-SVID is refused', () => {
  it.each<readonly [string, object, string]>([
    ['an audience of another service', { aud: 'stock' }, 'audience'],
    ['no audience', { aud: undefined }, 'audience'],
    ['an empty audience', { aud: [] }, 'audience'],
    ['an audience that is no text', { aud: [AUDIENCE, 5] }, 'audience'],
    ['no exp', { exp: undefined }, 'no_expiry'],
    ['an exp that is text', { exp: '9999999999' }, 'claim'],
    ['an exp that has passed', { exp: 1 }, 'expired'],
    ['an nbf that is to come', { nbf: 99_999_999_999 }, 'not_yet_valid'],
    ['the marks of an ID token', { at_hash: 'a' }, 'use'],
  ])('with %s', async (_, claims, reason) => {
    expect(await decide(svid(key, claims))).toBe(`invalid_token/${reason}`);
  });

  it.each<readonly [string, object, string]>([
    ['jku', { jku: 'https://evil.example/keys' }, 'header'],
    ['x5u', { x5u: 'https://evil.example/cert' }, 'header'],
    ['jwk', { jwk: key.jwk }, 'header'],
    ['x5c', { x5c: [] }, 'header'],
    ['x5t', { 'x5t#S256': 'a' }, 'header'],
    ['cty', { cty: 'JWT' }, 'header'],
    ['zip', { zip: 'DEF' }, 'header'],
    ['a private member', { acme: 1 }, 'header'],
    ['__proto__', JSON.parse('{"__proto__":1}') as object, 'header'],
    ['crit', { crit: ['exp'] }, 'critical'],
    ['b64: true', { b64: true }, 'header'],
    ['typ at+jwt', { typ: 'at+jwt' }, 'type'],
    ['typ wit+jwt', { typ: 'wit+jwt' }, 'type'],
    ['typ in lower case', { typ: 'jwt' }, 'type'],
    ['typ as a media type', { typ: 'application/JWT' }, 'type'],
  ])('with %s in its header', async (_, header, reason) => {
    expect(await decide(svid(key, {}, header))).toBe(`invalid_token/${reason}`);
  });

  it('without a signature', async () => {
    const unsigned = (alg: string): string =>
      `${svid(key, {}, { alg }).split('.').slice(0, 2).join('.')}.`;
    for (const alg of ['none', 'None', 'ES256']) {
      expect(await decide(unsigned(alg))).toMatch(/^invalid_token\/(algorithm|signature)$/);
    }
  });

  it.each(['HS256', 'HS384', 'HS512'])('with %s and the public key as the secret', async (alg) => {
    for (const secret of [JSON.stringify(bundleKey(key)), key.jwk.x ?? '']) {
      const hmac = { ...createSigningKey(alg), privateKey: Buffer.from(secret) as never };
      expect(await decide(svid({ ...hmac, kid: 'main' }))).toBe('invalid_token/algorithm');
    }
  });

  it.each(['EdDSA', 'ES256K'])('with %s, which the standard does not list', async (alg) => {
    const signer = createSigningKey('EdDSA', 'main');
    const input = `${encodePart({ alg, kid: 'main' })}.${encodePart({ sub: ID })}`;
    const token = `${input}.${signInput(signer, input).toString('base64url')}`;
    const own = createVerifier([bundleKey(key), bundleKey(signer, { kid: 'ed' })]);
    expect(await decisionOf(own, token)).toBe('invalid_token/algorithm');
  });

  it('with the key of another trust domain', async () => {
    expect(await decide(svid(createSigningKey('ES256', 'main')))).toBe('invalid_token/signature');
    expect(await decide(svid(createSigningKey('ES256', 'other')))).toBe(
      'invalid_token/unknown_key',
    );
  });

  it('in JSON serialization, or as text that is no token', async () => {
    const [header = '', payload = '', signature = ''] = svid(key).split('.');
    const json = JSON.stringify({ protected: header, payload, signature });
    expect(await decide(json)).toBe('malformed_credentials/not_a_compact_jws');
    expect(await decide(signJws(key, { alg: 'ES256' }, 'null'))).toBe(
      'malformed_credentials/not_a_json_object',
    );
  });

  it('with TOKEN_EXPIRED whichever check refuses, if its exp has passed', async () => {
    for (const token of [
      svid(key, { exp: 1, sub: 'spiffe://other.example/a' }),
      svid(key, { exp: 1 }, { jku: 'a' }),
      svid(key, { exp: 1, sub: 'spiffe://acme.example/../a' }),
    ]) {
      expect(await verdictOf(verifier, token)).toMatchObject({ tokenExpired: true });
    }
  });
});
