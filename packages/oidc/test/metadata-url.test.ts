import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createOidcAuthenticator } from '../src/index.ts';
import { OIDC_PATH, sayHtml, startProvider } from './support/provider.ts';
import { AUDIENCE, createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('key');
/** What tokens say; nothing answers there. */
const ISSUER = 'https://id.example.com/realms/a';

async function start(path = '/realms/a/metadata', issuer = ISSUER) {
  const provider = await startProvider();
  provider.at(path, { issuer, jwks_uri: `${provider.origin}/jwks` });
  provider.at('/jwks', { keys: [key.jwk] });
  return { provider, metadataUrl: `${provider.origin}${path}` };
}

describe('a provider whose internal address is not its issuer', () => {
  it.each([
    ['/realms/a/.well-known/openid-configuration'],
    ['/realms/a/metadata'],
    ['/.well-known/openid-configuration?appid=11111111-2222'],
    ['/tenant/v2.0/.well-known/openid-configuration?p=b2c_1_signin'],
  ])('is asked at metadataUrl alone: %s', async (path) => {
    const { provider, metadataUrl } = await start(path);
    const { decide } = createSubject(ISSUER, { metadataUrl });
    expect(await decide(key.token(ISSUER))).toBe('accepted');
    expect(await decide(key.token(provider.origin))).toBe('invalid_token/issuer');
    expect(provider.paths).toEqual([path, '/jwks']);
  });

  it('may have an issuer that is no https URL, because it is not asked', async () => {
    const issuer = 'http://localhost:8080/realms/a';
    const { metadataUrl } = await start('/metadata', issuer);
    expect(await createSubject(issuer, { metadataUrl }).decide(key.token(issuer))).toBe('accepted');
  });

  it('is not asked at the path of RFC 8414', async () => {
    const { provider, metadataUrl } = await start();
    provider.at('/realms/a/metadata', sayHtml('', 404));
    const { decide } = createSubject(ISSUER, { metadataUrl });
    expect(await decide(key.token(ISSUER))).toBe('unavailable/discovery');
    expect(provider.paths).toEqual(['/realms/a/metadata']);
  });

  it.each([['http://idp.internal/metadata'], ['ftp://id.example.com'], ['metadata'], ['']])(
    'is not asked without TLS: metadataUrl %j is a ConfigError',
    (metadataUrl) => {
      const create = () => createSubject(ISSUER, { metadataUrl });
      expect(create).toThrow(/^metadataUrl: expected an https URL/);
    },
  );
});

describe('metadata that names another issuer', () => {
  it('is a ConfigError of ready() with both issuers, and calls are refused', async () => {
    const { metadataUrl } = await start('/metadata?appid=canary', 'https://internal:8443/realms/a');
    const { authenticator, decide } = createSubject(ISSUER, { metadataUrl });
    expect(await decide(key.token(ISSUER))).toBe('unavailable/discovery');
    const error = (await authenticator.ready().catch((thrown: unknown) => thrown)) as ConfigError;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.problems).toEqual([
      {
        path: 'issuer',
        message:
          `GET ${metadataUrl.replace('?appid=canary', '')}: expected "${ISSUER}", ` +
          'received "https://internal:8443/realms/a"; ' +
          'write the issuer exactly as the provider does, or correct the URL',
      },
    ]);
  });

  it('is explained where both look alike', async () => {
    const { metadataUrl } = await start('/metadata', `${ISSUER}?canary`);
    const { authenticator } = createSubject(`${ISSUER}?other`, { metadataUrl });
    await expect(authenticator.ready()).rejects.toThrow('they differ in what is not shown');
  });
});

describe('jwksUri', () => {
  it("replaces the metadata's jwks_uri", async () => {
    const { provider } = await start();
    const { origin } = provider;
    provider.at(OIDC_PATH, { issuer: origin, jwks_uri: 'https://unreachable.example.com/jwks' });
    provider.at('/keys', { keys: [key.jwk] });
    const { decide } = createSubject(origin, { jwksUri: `${origin}/keys` });
    expect(await decide(key.token(origin))).toBe('accepted');
    expect(provider.paths).toEqual([OIDC_PATH, '/keys']);
  });

  it('does not hide that the metadata is of another issuer', async () => {
    const { provider, metadataUrl } = await start('/metadata', 'https://evil.example.com');
    const jwksUri = `${provider.origin}/jwks`;
    const { decide } = createSubject(ISSUER, { metadataUrl, jwksUri });
    expect(await decide(key.token(ISSUER))).toBe('unavailable/discovery');
  });

  it('is written by the operator: the address rules for metadata do not apply to it', async () => {
    const { provider, metadataUrl } = await start();
    const { decide } = createSubject(ISSUER, { metadataUrl, jwksUri: `${provider.origin}/jwks` });
    expect(await decide(key.token(ISSUER))).toBe('accepted');
  });

  it('is https: another URL is a ConfigError', () => {
    const options = { issuer: ISSUER, audience: AUDIENCE, jwksUri: 'http://idp.internal/keys' };
    expect(() => createOidcAuthenticator(options)).toThrow(/^jwksUri: expected an https URL/);
  });
});
