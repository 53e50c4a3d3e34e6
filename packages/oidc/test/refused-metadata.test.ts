import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { AuthError, ConfigError } from '@grpc-authn/core/authenticator';
import { startTestIssuer } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OIDC_PATH, type Provider, sayHtml, startProvider } from './support/provider.ts';
import { AUDIENCE, createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('key');

/** The problem with this answer to discovery, of a provider that is right in all else. */
async function problemWith(
  answer: (provider: Provider) => RequestListener | object,
  // Only an answer that never ends may reach it.
  timeoutMs = 60_000,
) {
  const provider = await startProvider();
  const { origin } = provider;
  provider.at(OIDC_PATH, answer(provider));
  provider.at('/jwks', { keys: [key.jwk] });
  const { verdict, events } = createSubject(origin, { http: { timeoutMs } });
  const refused = await verdict(key.token(origin));
  expect(refused).toMatchObject({ code: 'unavailable', reason: 'discovery' });
  expect(AuthError.is(refused) && refused.retryAfterMs).toBeGreaterThan(0);
  expect(provider.paths[0]).toBe(OIDC_PATH);
  const { cause } = refused as { cause?: unknown };
  expect(events).toMatchObject([{ type: 'keys_unavailable', error: cause }]);
  return cause instanceof ConfigError ? 'issuer' : (cause as { problem?: string }).problem;
}

function good({ origin }: Provider): { issuer: string; jwks_uri: string } {
  return { issuer: origin, jwks_uri: `${origin}/jwks` };
}

describe('metadata', () => {
  it.each<readonly [string, (provider: Provider) => string]>([
    ['another issuer', () => 'https://evil.example.com'],
    ['a trailing slash too many', ({ origin }) => `${origin}/`],
    ['a path', ({ origin }) => `${origin}/tenant`],
    ['another port', () => 'http://127.0.0.1:1'],
    ['the same host by name', ({ origin }) => origin.replace('127.0.0.1', 'localhost')],
    ['a query', ({ origin }) => `${origin}?`],
    ['capitals', ({ origin }) => origin.replace('http', 'HTTP')],
    ['user name', ({ origin }) => origin.replace('//', '//a@')],
    ['nothing', () => ''],
  ])('of %s is refused', async (_, issuer) => {
    expect(await problemWith((provider) => ({ ...good(provider), issuer: issuer(provider) }))).toBe(
      'issuer',
    );
  });

  it.each<readonly [string, unknown]>([
    ['none', undefined],
    ['a number', 5],
    ['null', null],
    ['a list', ['x']],
  ])('whose issuer is no text is refused: %s', async (_, issuer) => {
    expect(await problemWith((provider) => ({ ...good(provider), issuer }))).toBe('content');
  });

  it.each<readonly [string, string, (provider: Provider) => RequestListener]>([
    ['HTML', 'content', () => sayHtml('<html>welcome</html>')],
    ['invalid JSON', 'content', () => sayJson('{"issuer":')],
    ['nothing', 'content', () => sayJson('')],
    ['an array', 'content', () => sayJson('[]')],
    ['null', 'content', () => sayJson('null')],
    ['a 500', 'status', () => sayHtml('', 500)],
    ['a 204', 'status', () => sayHtml('', 204)],
    ['a 429', 'status', () => sayHtml('', 429)],
    ['a redirect', 'redirect', () => sayHtml('', 301)],
    ['a closed connection', 'connection', () => (request) => request.socket.destroy()],
    ['no end', 'timeout', () => (_, response) => response.write('{')],
    ['no answer', 'timeout', () => () => undefined],
    ['2 MB', 'too_large', () => sayJson(' '.repeat(2_000_000))],
  ])('that is %s is refused', async (_, problem, answer) => {
    const timeoutMs = problem === 'timeout' ? 200 : undefined;
    expect(await problemWith(answer, timeoutMs)).toBe(problem);
  });
});

describe('the jwks_uri of metadata', () => {
  it.each<readonly [string, string, unknown]>([
    ['is not there', 'content', undefined],
    ['is null', 'content', null],
    ['is no URL', 'content', '/jwks'],
    ['is a list', 'content', ['https://8.8.8.8']],
    ['is http elsewhere', 'address', 'http://id.example.com/jwks'],
    ['is http in the network', 'address', 'http://10.0.0.1/jwks'],
    ['is http to the metadata service', 'address', 'http://169.254.169.254/latest/meta-data'],
    ['is https to the metadata service', 'address', 'https://169.254.169.254/latest/meta-data'],
    ['is https to it in IPv6', 'address', 'https://[::ffff:169.254.169.254]/'],
    ['is https to it by NAT64', 'address', 'https://[64:ff9b::a9fe:a9fe]/'],
    ['is link-local', 'address', 'https://[fe80::1]/jwks'],
    ['is no address at all', 'address', 'https://0.0.0.0/jwks'],
    ['is a file', 'address', 'file:///etc/passwd'],
    ['has a user name', 'address', 'https://a:canary@8.8.8.8/jwks'],
  ])('is refused where it %s', async (_, problem, jwksUri) => {
    expect(await problemWith((provider) => ({ ...good(provider), jwks_uri: jwksUri }))).toBe(
      problem,
    );
  });
});

describe('the report of refused metadata', () => {
  const evil = 'http://alice:canary@id.example.com/jwks?key=canary#canary';

  it.each<readonly [string, (provider: Provider) => RequestListener | object]>([
    ['a URL', (provider) => ({ ...good(provider), jwks_uri: evil, canary: 'canary' })],
    ['an issuer', (provider) => ({ ...good(provider), issuer: evil })],
    ['no JSON', () => sayJson('canary')],
    ['an error', () => sayHtml('canary', 500)],
  ])('holds nothing of it but a URL without query and user name: %s', async (_, answer) => {
    const provider = await startProvider();
    provider.at(OIDC_PATH, answer(provider));
    const http = { headers: { authorization: 'canary' } };
    const { verdict, events } = createSubject(provider.origin, { http });
    const received = (await verdict(key.token(provider.origin))) as AuthError;
    expect(received).toMatchObject({ code: 'unavailable', reason: 'discovery' });
    expect(inspect([received, events], { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it.each(['http500', 'garbage', 'endless', 'redirect', 'hang', 'down'] as const)(
    'is an outage of discovery (%s)',
    async (mode) => {
      const issuer = await startTestIssuer({ algorithms: ['ES256'] });
      onTestFinished(() => issuer.close());
      issuer.fail(mode);
      const { decide } = createSubject(issuer.issuer, { http: { timeoutMs: 300 } });
      expect(await decide(await issuer.sign({ aud: AUDIENCE }))).toBe('unavailable/discovery');
      expect(issuer.requests).toMatchObject({ jwks: 0 });
    },
  );
});

function sayJson(body: string): RequestListener {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };
}
