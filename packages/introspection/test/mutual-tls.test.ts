import { beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, createCertificate } from '../../provider/test/support/certificates.ts';
import { METADATA_PATH, startProvider } from './support/provider-server.ts';
import { causeOf, CLIENT_ID, createSubject, SECRET } from './support/test-authenticator.ts';

let server: Certificate;
let client: Certificate;
let otherClient: Certificate;
beforeAll(async () => {
  [server, client, otherClient] = (await Promise.all(
    ['provider', CLIENT_ID, 'otherClient'].map((name) => createCertificate(name)),
  )) as [Certificate, Certificate, Certificate];
});

const byCertificate = ({ cert, key }: Certificate) =>
  ({
    clientAuthentication: { method: 'tls_client_auth', cert, key },
    http: { ca: server.cert },
  }) as const;
/** It talks to nobody but our client. */
const startStrictProvider = () =>
  startProvider({ ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true });

describe('tls_client_auth', () => {
  it('shows the certificate, and names the client in the form', async () => {
    const provider = await startStrictProvider();
    const { decide } = createSubject(provider, byCertificate(client));
    expect(await decide('token')).toBe('accepted');
    const [question] = provider.questions;
    expect(question?.certificate).toBe(CLIENT_ID);
    expect(question?.form.getAll('client_id')).toEqual([CLIENT_ID]);
    expect(question?.headers.authorization).toBeUndefined();
    expect([...(question?.form.keys() ?? [])].toSorted()).toEqual(['client_id', 'token']);
  });

  it('shows it to an issuer whose metadata name the endpoint, too', async () => {
    const provider = await startStrictProvider();
    const { decide } = createSubject({ issuer: provider.origin }, byCertificate(client));
    expect(await decide('token')).toBe('accepted');
    expect(provider.questions[0]?.certificate).toBe(CLIENT_ID);
  });

  it('goes to the endpoint that is named for mutual TLS, and a secret does not', async () => {
    const issuer = await startProvider(server);
    const strict = await startStrictProvider();
    issuer.publish(METADATA_PATH, {
      issuer: issuer.origin,
      introspection_endpoint: issuer.endpoint,
      mtls_endpoint_aliases: { introspection_endpoint: strict.endpoint },
    });
    expect(await createSubject({ issuer: issuer.origin }, byCertificate(client)).decide('a')).toBe(
      'accepted',
    );
    expect([issuer.questions.length, strict.questions.length]).toEqual([0, 1]);
    const bySecret = { http: { ca: server.cert } };
    expect(await createSubject({ issuer: issuer.origin }, bySecret).decide('b')).toBe('accepted');
    expect([issuer.questions.length, strict.questions.length]).toEqual([1, 1]);
  });

  it('is an outage where the provider wants a certificate and is shown another', async () => {
    const provider = await startStrictProvider();
    const error = await createSubject(provider, byCertificate(otherClient)).refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(provider.questions).toEqual([]);
  });

  it('is an outage where it wants one and is shown none', async () => {
    const provider = await startStrictProvider();
    const { decide } = createSubject(provider, { http: { ca: server.cert } });
    expect(await decide('token')).toBe('unavailable/introspection');
    expect(provider.questions).toEqual([]);
  });
});

describe('a provider with an untrusted certificate', () => {
  it('is an outage, and gets neither secret nor token', async () => {
    const provider = await startProvider(server);
    const error = await createSubject(provider).refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(causeOf(error)).toMatch(/SELF_SIGNED/);
    expect(causeOf(error)).not.toContain(SECRET);
    expect(provider.paths).toEqual([]);
  });
});
