import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startProvider } from './support/provider-server.ts';
import { CLIENT_ID, createSubject, SECRET } from './support/test-authenticator.ts';

/** Whatever an operator may have been given. */
const ODD = 'a:b+c d%20/é"=&\\~\u{1f511}';

function partsOf(assertion: string | null) {
  const [header = '', payload = '', signature = ''] = (assertion ?? '').split('.');
  const decode = (part: string) =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return {
    header: decode(header),
    payload: decode(payload),
    signed: `${header}.${payload}`,
    signature,
  };
}

describe('client_secret_basic', () => {
  it.each([
    [CLIENT_ID, SECRET],
    ['client:with a colon', ODD],
    [ODD, ':'],
  ])('sends id and secret as the Basic scheme of RFC 6749: %j, %j', async (clientId, secret) => {
    const provider = await startProvider();
    const clientAuthentication = { method: 'client_secret_basic', secret } as const;
    const { decide } = createSubject(provider, { clientId, clientAuthentication });
    expect(await decide('token')).toBe('accepted');
    const [question] = provider.questions;
    const [scheme, encoded = ''] = question?.headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    const text = Buffer.from(encoded, 'base64').toString();
    const [id, ...rest] = text.split(':');
    const decode = (part: string) => new URLSearchParams(`x=${part}`).get('x');
    // Section 2.3.1: both are form-encoded first, so that no colon is left but the one between.
    expect(rest).toHaveLength(1);
    expect([decode(id ?? ''), decode(rest[0] ?? '')]).toEqual([clientId, secret]);
    expect([...(question?.form.keys() ?? [])]).not.toContain('client_secret');
  });
});

describe('client_secret_post', () => {
  it.each([[SECRET], [ODD]])(
    'sends client_id and client_secret in the form body: %j',
    async (secret) => {
      const provider = await startProvider();
      const clientAuthentication = { method: 'client_secret_post', secret } as const;
      const { decide } = createSubject(provider, { clientAuthentication });
      expect(await decide('token')).toBe('accepted');
      const [question] = provider.questions;
      expect(question?.form.getAll('client_id')).toEqual([CLIENT_ID]);
      expect(question?.form.getAll('client_secret')).toEqual([secret]);
      expect(question?.headers.authorization).toBeUndefined();
    },
  );
});

describe('client_secret_jwt', () => {
  const clientAuthentication = { method: 'client_secret_jwt', secret: ODD } as const;

  it('sends an assertion that the secret has signed, and never the secret', async () => {
    const provider = await startProvider();
    const { decide } = createSubject({ issuer: provider.origin }, { clientAuthentication });
    expect(await decide('token')).toBe('accepted');
    const [question] = provider.questions;
    expect(question?.form.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    const { header, payload, signed, signature } = partsOf(
      question?.form.get('client_assertion') ?? null,
    );
    expect(header['alg']).toBe('HS256');
    const hmac = createHmac('sha256', ODD).update(signed).digest('base64url');
    expect(signature).toBe(hmac);
    expect(payload).toMatchObject({ iss: CLIENT_ID, sub: CLIENT_ID });
    expect([payload['aud']].flat()).toContain(provider.origin);
    const nowSeconds = Date.now() / 1000;
    expect(payload['exp']).toBeGreaterThan(nowSeconds);
    expect(payload['exp']).toBeLessThan(nowSeconds + 600);
    expect(question?.headers.authorization).toBeUndefined();
    expect(question?.form.has('client_secret')).toBe(false);
    expect(question?.form.toString()).not.toContain(encodeURIComponent(ODD));
  });

  it('is for the issuer that is named beside an endpoint', async () => {
    const { endpoint, questions } = await startProvider();
    const issuer = 'https://id.example.com/realms/main';
    await createSubject({ endpoint, issuer }, { clientAuthentication }).decide('token');
    const { payload } = partsOf(questions[0]?.form.get('client_assertion') ?? null);
    expect([payload['aud']].flat()).toContain(issuer);
  });

  it('signs each request', async () => {
    const provider = await startProvider();
    const { decide } = createSubject(provider, { clientAuthentication });
    for (const token of ['a', 'b', 'c']) await decide(token);
    const assertions = provider.questions.map(({ form }) => form.get('client_assertion'));
    expect(new Set(assertions).size).toBe(3);
    const ids = assertions.map((assertion) => partsOf(assertion).payload['jti']);
    expect(new Set(ids).size).toBe(3);
  });
});
