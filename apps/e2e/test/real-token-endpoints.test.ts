import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { createTokenInterceptor } from '@grpc-authn/client/grpc-js';
import type { TokenSource } from '@grpc-authn/client';
import {
  type ClientAuthentication,
  createClientCredentialsSource,
  createRefreshTokenSource,
  createTokenExchangeSource,
} from '@grpc-authn/client/node';
import { createAuthInterceptor } from '@grpc-authn/core';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { createFakeClock } from '@grpc-authn/testing';
import { EchoClient } from '../support/echo-client.ts';
import { startEchoServer } from '../support/echo-server.ts';
import {
  type Glewlwyd,
  KEY_ID,
  SCOPE,
  startGlewlwyd,
  USER,
  whyNoGlewlwyd,
} from '../support/glewlwyd.ts';
import {
  FULL_CLIENT,
  ORDERS,
  startTokenProvider,
  type TokenProvider,
} from '../support/token-provider.ts';

interface Verifier {
  readonly issuer: string;
  readonly audience: string;
  readonly ca?: string;
}

/** Sends the source's token over a real channel; the subject that our server found in it. */
async function subjectOf(source: TokenSource, { issuer, audience, ca }: Verifier): Promise<string> {
  const http = ca === undefined ? {} : { http: { ca } };
  const authenticator = createOidcAuthenticator({ issuer, audience, ...http });
  let subject = '';
  const server = await startEchoServer({
    interceptors: [
      createAuthInterceptor({
        authenticator,
        onDecision: ({ principal }) => (subject = principal?.subject ?? ''),
      }),
    ],
  });
  const client = new EchoClient(server.address, undefined, {
    interceptors: [createTokenInterceptor(source)],
  });
  try {
    const { code, details } = await client.call('unary');
    assert.equal(code, status.OK, details);
    return subject;
  } finally {
    client.close();
    server.stop();
    await authenticator.close();
  }
}

describe('oidc-provider', () => {
  let provider: TokenProvider;
  before(async () => {
    provider = await startTokenProvider();
  });
  after(() => provider?.stop());

  const by = (method: keyof TokenProvider['clients']) => ({
    issuer: provider.issuer,
    clientId: method,
    clientAuthentication: provider.clients[method],
    http: { ca: provider.ca },
  });
  const verifier = (audience: string): Verifier => ({ ...provider, audience });

  for (const method of [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
  ] as const) {
    it(`issues a token to a client by ${method}, and our server accepts it`, async () => {
      const source = createClientCredentialsSource({
        ...by(method),
        scope: 'orders:read',
        resource: ORDERS,
      });
      assert.equal(await subjectOf(source, verifier(ORDERS)), method);
      const { expiresAtEpochSeconds = 0 } = await source.get();
      assert.ok(expiresAtEpochSeconds > Date.now() / 1000 + 60);
      await source.close();
    });

    it(`refuses wrong credentials by ${method}, and the error names client and method`, async () => {
      const source = createClientCredentialsSource({
        ...by(method),
        clientAuthentication: wrong(provider.clients, method),
      });
      const sent = method.endsWith('tls_client_auth') ? 'tls_client_auth' : method;
      await assert.rejects(source.get(), ({ message }: Error) => {
        assert.match(
          message,
          /\/token: answered 401 invalid_client, so it does not accept the client/,
        );
        assert.ok(message.includes(`the client "${method}" by ${sent}`), message);
        return true;
      });
      await source.close();
    });
  }

  it('rotates refresh tokens: each answer has the next one, and the old one is not accepted', async () => {
    const first = await provider.createRefreshToken(ORDERS);
    let stored = first;
    const clock = createFakeClock();
    const store = { load: () => stored, save: (next: string) => void (stored = next) };
    const source = createRefreshTokenSource({ ...by(FULL_CLIENT), store, clock });
    assert.equal(await subjectOf(source, verifier(ORDERS)), 'alice');
    const second = stored;
    assert.notEqual(second, first);
    await clock.advance(100_000_000);
    await source.get();
    assert.notEqual(stored, second);
    stored = first;
    await clock.advance(100_000_000);
    await assert.rejects(source.get(), /answered 400 invalid_grant; the refresh token/);
    await source.close();
  });

  it('exchanges a token for one of another service, on behalf of the same user', async () => {
    const refresh = await provider.createRefreshToken(ORDERS);
    let stored = refresh;
    const store = { load: () => stored, save: (next: string) => void (stored = next) };
    const subject = createRefreshTokenSource({ ...by(FULL_CLIENT), store });
    const source = createTokenExchangeSource({
      ...by(FULL_CLIENT),
      subject,
      audience: 'urn:billing',
    });
    assert.equal(await subjectOf(source, verifier('urn:billing')), 'alice');
    await assert.rejects(subjectOf(source, verifier(ORDERS)), /UNAUTHENTICATED|16|!== 0/);
    await source.close();
    await subject.close();
  });

  it('exchanges no token of another service, and no forged one', async () => {
    const other = createClientCredentialsSource({ ...by(FULL_CLIENT), resource: 'urn:other' });
    const { token } = await other.get();
    const [header, payload] = token.split('.');
    for (const subject of [token, `${header}.${payload}.${'A'.repeat(86)}`]) {
      const source = createTokenExchangeSource({ ...by(FULL_CLIENT), subject, audience: 'urn:a' });
      await assert.rejects(source.get(), /answered 400 invalid_request; check scope, resource/);
      await source.close();
    }
    await other.close();
  });

  it('refuses the grant to a client that may not use it', async () => {
    const options = { ...by('client_secret_post'), subject: 's', audience: 'urn:billing' };
    const source = createTokenExchangeSource(options);
    await assert.rejects(
      source.get(),
      /answered 400 invalid_request; check .* whether the client may use this grant/,
    );
    await source.close();
  });
});

/** Credentials of the same method that are not the client's. */
function wrong(
  clients: TokenProvider['clients'],
  method: keyof TokenProvider['clients'],
): ClientAuthentication {
  const known = clients[method];
  if ('secret' in known) return { ...known, secret: 'another secret of/32+ characters' };
  if (known.method === 'private_key_jwt') {
    return { ...known, key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey };
  }
  return clients[method === 'tls_client_auth' ? 'self_signed_tls_client_auth' : 'tls_client_auth'];
}

describe('glewlwyd', { skip: whyNoGlewlwyd() ?? false }, () => {
  let glewlwyd: Glewlwyd;
  before(async () => {
    glewlwyd = await startGlewlwyd();
  });
  after(() => glewlwyd?.stop());

  const by = (method: 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt') => ({
    issuer: glewlwyd.issuer,
    clientId: glewlwyd.clientId,
    clientAuthentication: { method, secret: glewlwyd.secret },
    scope: SCOPE,
  });

  for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
    it(`issues a token to a client by ${method}`, async () => {
      const source = createClientCredentialsSource(by(method));
      const { token, expiresAtEpochSeconds = 0 } = await source.get();
      assert.ok(token.length > 0 && expiresAtEpochSeconds > Date.now() / 1000 + 60);
      await source.close();
    });
  }

  it('rejects an assertion for its issuer, and the error names the option that helps', async () => {
    const source = createClientCredentialsSource(by('client_secret_jwt'));
    await assert.rejects(
      source.get(),
      /client "orders" by client_secret_jwt, .* set clientAuthentication\.assertionAudience to "endpoint"/,
    );
    await source.close();
  });

  for (const method of ['client_secret_jwt', 'private_key_jwt'] as const) {
    it(`issues a token to a client by ${method}, whose assertion is for the endpoint`, async () => {
      const assertionAudience = 'endpoint';
      const source = createClientCredentialsSource({
        ...by('client_secret_basic'),
        clientAuthentication:
          method === 'client_secret_jwt'
            ? { method, secret: glewlwyd.secret, assertionAudience }
            : { method, key: glewlwyd.key, kid: KEY_ID, assertionAudience },
      });
      const { token } = await source.get();
      assert.ok(token.length > 0);
      await source.close();
    });
  }

  it('rotates refresh tokens, and our server accepts the access tokens', async () => {
    const signedIn = await glewlwyd.tokens({ grant_type: 'password', ...USER, scope: SCOPE });
    const first = signedIn['refresh_token'] ?? '';
    let stored = first;
    const store = { load: () => stored, save: (next: string) => void (stored = next) };
    // Glewlwyd uses up a refresh token also if the secret beside it is not accepted.
    const plain = { ...by('client_secret_basic'), basicEncoding: 'plain' } as const;
    const clock = createFakeClock();
    const source = createRefreshTokenSource({ ...plain, store, clock });
    const subject = await subjectOf(source, { issuer: glewlwyd.issuer, audience: SCOPE });
    assert.ok(subject.length > 0);
    const second = stored;
    assert.notEqual(second, first);
    await clock.advance(100_000_000);
    await source.get();
    assert.notEqual(stored, second);
    stored = first;
    await clock.advance(100_000_000);
    await assert.rejects(source.get(), /answered 400 without a reason/);
    await source.close();
  });
});
