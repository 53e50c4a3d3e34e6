import { generateKeyPairSync } from 'node:crypto';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { GuardedFetch } from '@grpc-authn/provider';
import { describe, expect, it, vi } from 'vitest';
import { METADATA_PATH, send } from '../../../introspection/test/support/provider-server.ts';
import { createCertificate } from '../../../provider/test/support/certificates.ts';
import {
  CLIENT_ID,
  createSubject,
  SECRET,
  sortedForm,
  startTokenServer,
  TOKENS,
} from './support/token-server.ts';

describe('a token of the client itself', () => {
  it('is requested with scope, resources and parameters, at the endpoint of the metadata', async () => {
    const provider = await startTokenServer();
    const { token } = createSubject(provider, {
      scope: 'orders:read orders:write',
      resource: ['urn:orders', 'urn:billing'],
      parameters: { audience: 'https://orders.example.com' },
    });
    expect(await token()).toBe('t1');
    expect(provider.paths).toEqual([METADATA_PATH, '/introspect']);
    const [question] = provider.questions;
    expect(question?.method).toBe('POST');
    expect(sortedForm(question)).toEqual([
      ['audience', 'https://orders.example.com'],
      ['grant_type', 'client_credentials'],
      ['resource', 'urn:orders'],
      ['resource', 'urn:billing'],
      ['scope', 'orders:read orders:write'],
    ]);
  });

  it('expires by the time before the request was sent', async () => {
    const provider = await startTokenServer();
    const { source, clock } = createSubject(provider);
    const sentAtMs = clock.nowMs();
    provider.respond((_, response) => {
      void clock.advance(7000).then(() => send(response, { ...TOKENS, expires_in: 600 }));
    });
    const { expiresAtEpochSeconds } = await source.get();
    expect(expiresAtEpochSeconds).toBe(sentAtMs / 1000 + 600);
  });

  it.each([undefined, null])('has no expiry where expires_in is %s', async (expires_in) => {
    const provider = await startTokenServer();
    provider.say({ ...TOKENS, expires_in });
    const { source } = createSubject(provider);
    expect(await source.get()).toEqual({ token: 't1' });
  });

  it('is not rejected because of an ID token beside it, which nobody uses', async () => {
    const provider = await startTokenServer();
    provider.say({ ...TOKENS, id_token: 'not.a.jwt' });
    expect(await createSubject(provider).token()).toBe('t1');
  });

  it('is read from metadata at another address than the issuer', async () => {
    const provider = await startTokenServer();
    const issuer = 'https://id.example.com/realms/main';
    provider.publish('/internal', { issuer, token_endpoint: provider.endpoint });
    const { token } = createSubject(
      { origin: issuer },
      { metadataUrl: `${provider.origin}/internal` },
    );
    expect(await token()).toBe('t1');
  });

  it('is not requested from metadata of another issuer, and the error names both', async () => {
    const provider = await startTokenServer();
    provider.publish(METADATA_PATH, {
      issuer: 'https://other.example.com',
      token_endpoint: provider.endpoint,
    });
    const error = await createSubject(provider).error();
    expect(error.cause).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(
      `expected "${provider.origin}", received "https://other.example.com"`,
    );
    expect(provider.questions).toEqual([]);
  });

  it('is not requested at an endpoint of another origin: the secret stays at the issuer', async () => {
    const [issuer, other] = await Promise.all([startTokenServer(), startTokenServer()]);
    issuer.publish(METADATA_PATH, { issuer: issuer.origin, token_endpoint: other.endpoint });
    const error = await createSubject(issuer).error();
    expect(error.message).toContain(
      `its token_endpoint ${other.endpoint} is of another origin, to which our credentials are not sent`,
    );
    expect(other.questions).toEqual([]);
  });

  it('is requested at the endpoint that tokenEndpoint names, whatever its origin, and no metadata is read', async () => {
    const [issuer, other] = await Promise.all([startTokenServer(), startTokenServer()]);
    const { token } = createSubject(issuer, { tokenEndpoint: other.endpoint });
    expect(await token()).toBe('t1');
    expect([issuer.paths, other.questions.length]).toEqual([[], 1]);
  });

  it('is requested with metadata that is an hour old while new metadata cannot be had', async () => {
    const provider = await startTokenServer();
    const { token, clock } = createSubject(provider);
    await token();
    provider.publish(METADATA_PATH, 'down', 503);
    await clock.advance(7_200_000);
    expect(await token()).toBe('t1');
    expect(provider.questions).toHaveLength(2);
  });

  it('leaves no connection open after close()', async () => {
    const provider = await startTokenServer();
    const { source, token } = createSubject(provider);
    await token();
    // Idle connections are closed after a while in any case.
    const close = vi.spyOn(GuardedFetch.prototype, 'close');
    await source.close();
    expect(close).toHaveBeenCalledOnce();
    close.mockRestore();
    await expect.poll(() => provider.connections()).toBe(0);
  });

  it('is not requested after close(), which ends a request in progress', async () => {
    const provider = await startTokenServer();
    provider.respond(() => undefined);
    const { source, token } = createSubject(provider);
    const waiting = expect(token()).rejects.toThrow(/the token source is closed/);
    await expect.poll(() => provider.questions.length).toBe(1);
    await source.close();
    await waiting;
    await expect.poll(() => provider.connections()).toBe(0);
    await expect(token()).rejects.toThrow(/the token source is closed/);
    expect(provider.questions).toHaveLength(1);
  });
});

describe('the client is authenticated', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  it.each([
    [{ method: 'client_secret_post', secret: SECRET }, ['client_id', 'client_secret']],
    [
      { method: 'client_secret_jwt', secret: SECRET },
      ['client_assertion', 'client_assertion_type', 'client_id'],
    ],
    [
      { method: 'private_key_jwt', key: privateKey, kid: '2026' },
      ['client_assertion', 'client_assertion_type', 'client_id'],
    ],
  ] as const)('by $method', async (clientAuthentication, members) => {
    const provider = await startTokenServer();
    expect(await createSubject(provider, { clientAuthentication }).token()).toBe('t1');
    const [question] = provider.questions;
    expect(question?.headers.authorization).toBeUndefined();
    expect([...(question?.form.keys() ?? [])].toSorted()).toEqual([...members, 'grant_type']);
    expect(question?.form.get('client_id')).toBe(CLIENT_ID);
  });

  it.each([
    [401, { error: 'invalid_client' }],
    [403, '<html></html>'],
    [400, ''],
  ])('by client_secret_basic, percent-encoded, and as it is after %s %j', async (status, body) => {
    const provider = await startTokenServer();
    const plain = `Basic ${btoa(`${CLIENT_ID}:${SECRET}`)}`;
    provider.respond(({ headers }, response) => {
      if (headers.authorization === plain) send(response, { ...TOKENS, expires_in: 10 });
      else send(response, body, status);
    });
    const { token, clock, events } = createSubject(provider);
    expect(await token()).toBe('t1');
    await clock.advance(20_000);
    expect(await token()).toBe('t1');
    expect(events).toEqual(['client_secret_plain', 'renewed', 'renewed']);
    const sent = provider.questions.map(({ headers }) => headers.authorization);
    const encoded = `${CLIENT_ID}:${SECRET}`.replaceAll('-', '%2D');
    expect(sent).toEqual([`Basic ${btoa(encoded)}`, plain, plain]);
  });

  it('by client_secret_basic, whose form is not decided by an outage', async () => {
    const provider = await startTokenServer();
    const { token, error, clock } = createSubject(provider);
    provider.say('', 503);
    await error();
    const plain = `Basic ${btoa(`${CLIENT_ID}:${SECRET}`)}`;
    provider.respond(({ headers }, response) => {
      if (headers.authorization === plain) send(response, TOKENS);
      else send(response, '', 401);
    });
    await clock.advance(2000);
    expect(await token()).toBe('t1');
  });

  it.each(['form', 'plain'] as const)('by client_secret_basic as %s alone', async (form) => {
    const provider = await startTokenServer();
    provider.say({ error: 'invalid_client' }, 401);
    const { error } = createSubject(provider, { basicEncoding: form });
    expect((await error()).message).toContain('by client_secret_basic; check clientId');
    const encoded = `${CLIENT_ID}:${SECRET}`;
    const expected = form === 'form' ? encoded.replaceAll('-', '%2D') : encoded;
    const sent = provider.questions.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([`Basic ${btoa(expected)}`]);
  });

  it('by tls_client_auth, at the endpoint for mutual TLS', async () => {
    const [server, client] = await Promise.all([
      createCertificate('provider'),
      createCertificate(CLIENT_ID),
    ]);
    const issuer = await startTokenServer(server);
    const strict = await startTokenServer({
      ...server,
      ca: client.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    issuer.publish(METADATA_PATH, {
      issuer: issuer.origin,
      token_endpoint: issuer.endpoint,
      mtls_endpoint_aliases: { token_endpoint: strict.endpoint },
    });
    const { token } = createSubject(issuer, {
      clientAuthentication: { method: 'tls_client_auth', ...client },
      http: { ca: server.cert },
    });
    expect(await token()).toBe('t1');
    expect(strict.questions[0]?.certificate).toBe(CLIENT_ID);
    expect(strict.questions[0]?.form.get('client_id')).toBe(CLIENT_ID);
    expect(issuer.questions).toEqual([]);
  });
});
