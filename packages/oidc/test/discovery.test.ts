import type { RequestListener } from 'node:http';
import { startTestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OAUTH_PATH, OIDC_PATH, sayHtml, startProvider } from './support/provider.ts';
import { AUDIENCE, createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('key');

describe('discovery', () => {
  it('finds the keys of an issuer, once for all calls', async () => {
    const issuer = await startTestIssuer({ algorithms: ['ES256'] });
    onTestFinished(() => issuer.close());
    const { decide } = createSubject(issuer.issuer);
    const token = await issuer.sign({ aud: AUDIENCE });
    const verdicts = await Promise.all(Array.from({ length: 1000 }, () => decide(token)));
    expect(new Set(verdicts)).toEqual(new Set(['accepted']));
    expect(issuer.requests).toMatchObject({ discovery: 1, jwks: 1 });
  });

  it('looks below an issuer that has a path, for a key set wherever it is', async () => {
    const [provider, keys] = [await startProvider(), await startProvider()];
    const issuer = `${provider.origin}/tenants/a`;
    provider.at(`/tenants/a${OIDC_PATH}`, { issuer, jwks_uri: `${keys.origin}/some/keys?v=1` });
    keys.at('/some/keys?v=1', { keys: [key.jwk] });
    expect(await createSubject(issuer).decide(key.token(issuer))).toBe('accepted');
    expect(provider.paths).toEqual([`/tenants/a${OIDC_PATH}`]);
    expect(keys.paths).toEqual(['/some/keys?v=1']);
  });

  it('takes no algorithm from the metadata', async () => {
    const provider = await startProvider();
    const { origin } = provider;
    provider.at(OIDC_PATH, {
      issuer: origin,
      jwks_uri: `${origin}/jwks`,
      id_token_signing_alg_values_supported: ['none', 'HS256', 'EdDSA'],
      token_endpoint_auth_signing_alg_values_supported: ['EdDSA'],
    });
    provider.at('/jwks', { keys: [key.jwk] });
    const { decide } = createSubject(origin, { algorithms: ['ES256'] });
    expect(await decide(key.token(origin))).toBe('invalid_token/algorithm');
    expect(await decide(key.token(origin, { alg: 'HS256' }))).toBe('invalid_token/algorithm');
    expect(await decide(key.token(origin, { alg: 'none' }))).toBe('invalid_token/algorithm');
    expect(provider.requests).toHaveLength(0);
    expect(await createSubject(origin).decide(key.token(origin))).toBe('accepted');
  });

  it('is no reason to accept a token of another issuer', async () => {
    const provider = await startProvider();
    const { decide } = createSubject(provider.origin);
    expect(await decide(key.token('https://evil.example.com'))).toBe('invalid_token/issuer');
    expect(await decide(key.token(`${provider.origin}/`))).toBe('invalid_token/issuer');
    expect(provider.requests).toHaveLength(0);
  });
});

describe("RFC 8414's path", () => {
  it("stands before the issuer's own path", async () => {
    const provider = await startProvider();
    const issuer = `${provider.origin}/tenants/a`;
    provider.at(`${OAUTH_PATH}/tenants/a`, { issuer, jwks_uri: `${provider.origin}/jwks` });
    provider.at('/jwks', { keys: [key.jwk] });
    expect(await createSubject(issuer).decide(key.token(issuer))).toBe('accepted');
  });

  it.each<readonly [string, RequestListener]>([
    ['400', sayHtml('', 400)],
    ['401', sayHtml('', 401)],
    ['403', sayHtml('', 403)],
    ['404', sayHtml('', 404)],
    ['410', sayHtml('', 410)],
    ['500', sayHtml('', 500)],
    ['503', sayHtml('', 503)],
    ['204', sayHtml('', 204)],
    ['a redirect', sayHtml('', 302)],
    ['HTML', sayHtml('<html>not found</html>')],
    ['null', sayHtml('null')],
    ['a document without an issuer', sayHtml('{"jwks_uri":"https://evil.example.com"}')],
    ['2 MB', sayHtml(' '.repeat(2_000_000))],
  ])('is tried where the first answers with %s', async (_, answer) => {
    const provider = await startProvider();
    const { origin } = provider;
    provider.at(OIDC_PATH, answer);
    provider.at(OAUTH_PATH, { issuer: origin, jwks_uri: `${origin}/jwks` });
    provider.at('/jwks', { keys: [key.jwk] });
    expect(await createSubject(origin).decide(key.token(origin))).toBe('accepted');
    expect(provider.paths).toEqual([OIDC_PATH, OAUTH_PATH, '/jwks']);
  });

  it.each<readonly [string, RequestListener | object]>([
    ['no answer', (request) => void request.socket.destroy()],
    [
      'another issuer',
      { issuer: 'https://evil.example.com', jwks_uri: 'https://evil.example.com' },
    ],
  ])('is not tried after %s', async (_, answer) => {
    const provider = await startProvider();
    const { origin } = provider;
    provider.at(OIDC_PATH, answer);
    provider.at(OAUTH_PATH, { issuer: origin, jwks_uri: `${origin}/jwks` });
    provider.at('/jwks', { keys: [key.jwk] });
    expect(await createSubject(origin).decide(key.token(origin))).toBe('unavailable/discovery');
    expect(provider.paths).toEqual([OIDC_PATH]);
  });

  it('is checked in the same way: another issuer is refused there too', async () => {
    const provider = await startProvider();
    const { origin } = provider;
    provider.at(OAUTH_PATH, { issuer: `${origin}/`, jwks_uri: `${origin}/jwks` });
    provider.at('/jwks', { keys: [key.jwk] });
    expect(await createSubject(origin).decide(key.token(origin))).toBe('unavailable/discovery');
    expect(provider.paths).toEqual([OIDC_PATH, OAUTH_PATH]);
  });

  it('may be missing as well: both failures are reported', async () => {
    const provider = await startProvider();
    const { verdict } = createSubject(provider.origin);
    const answer = await verdict(key.token(provider.origin));
    const urls = [OIDC_PATH, OAUTH_PATH].map((path) => `GET ${provider.origin}${path}`);
    const message = `${urls[0]}: answered 404; ${urls[1]}: answered 404`;
    const cause = { problem: 'status', status: 404, message };
    expect(answer).toMatchObject({ code: 'unavailable', reason: 'discovery', cause });
    expect(provider.paths).toEqual([OIDC_PATH, OAUTH_PATH]);
  });
});
