import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { createIntrospectionAuthenticator } from '../src/index.ts';
import { ACTIVE, startProvider } from './support/provider-server.ts';
import { CLIENT_ID, createSubject } from './support/test-authenticator.ts';

type Result = StandardSchemaV1.Result<object> | Promise<StandardSchemaV1.Result<object>>;

function schemaOf(validate: (value: unknown) => Result): StandardSchemaV1<unknown, object> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

describe('a schema for the claims', () => {
  it('reads the whole answer, and its output becomes the claims of the principal', async () => {
    const provider = await startProvider();
    const seen: unknown[] = [];
    const claims = schemaOf((value) => {
      seen.push(value);
      return { value: { tenant: 7 } };
    });
    const principal = await createSubject(provider, { claims }).principal('token');
    expect(seen).toEqual([ACTIVE]);
    expect(principal.claims).toEqual({ tenant: 7 });
  });

  it('changes nothing of who the caller is', async () => {
    const provider = await startProvider();
    const claims = schemaOf(() => ({ value: { sub: 'mallory', aud: 'other', scope: 'admin' } }));
    const principal = await createSubject(provider, { claims }).principal('token');
    expect(principal).toMatchObject({
      subject: 'alice',
      audience: ['orders'],
      scopes: ['orders:read'],
    });
  });

  it('changes nothing of that by writing into the answer either', async () => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, aud: ['orders'], iss: 'https://id.example.com' });
    const claims = schemaOf((value) => {
      const answer = value as { aud: string[] };
      answer.aud.push('admin');
      return { value: Object.assign(answer, { iss: 'evil', sub: 'mallory', exp: 9e9 }) };
    });
    expect(await createSubject(provider, { claims }).principal('token')).toMatchObject({
      subject: 'alice',
      issuer: 'https://id.example.com',
      audience: ['orders'],
      expiresAtEpochSeconds: undefined,
    });
  });

  it('that finds fault refuses the token', async () => {
    const provider = await startProvider();
    const claims = schemaOf(() => ({ issues: [{ message: 'no tenant' }] }));
    const error = await createSubject(provider, { claims }).refusal('token');
    expect(error).toMatchObject({ code: 'invalid_token', reason: 'claim' });
    expect(error.cause).toBeUndefined();
  });

  it('is not asked about an answer that is refused without it', async () => {
    const provider = await startProvider();
    provider.say({ ...ACTIVE, aud: 'other' });
    let asked = 0;
    const claims = schemaOf(() => {
      asked += 1;
      return { value: {} };
    });
    expect(await createSubject(provider, { claims }).decide('token')).toBe(
      'invalid_token/audience',
    );
    expect(asked).toBe(0);
  });

  it.each<readonly [string, () => unknown]>([
    ['answers with a promise', async () => ({ value: {} })],
    ['gives no object', () => ({ value: 'text' })],
    [
      'throws',
      () => {
        throw new TypeError('a bug');
      },
    ],
  ])('that %s is a bug: nobody passes, and nothing is kept', async (_, validate) => {
    const provider = await startProvider();
    const { verdict } = createSubject(provider, { claims: schemaOf(validate as () => Result) });
    await expect(verdict('token')).rejects.toThrow(TypeError);
    await expect(verdict('token')).rejects.toThrow(TypeError);
    expect(provider.questions).toHaveLength(2);
  });

  it('types the claims', async () => {
    const { endpoint } = await startProvider();
    const claims: StandardSchemaV1<unknown, { readonly tenant: string }> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { tenant: 'a' } }) },
    };
    const authenticator = createIntrospectionAuthenticator({
      endpoint,
      claims,
      clientId: CLIENT_ID,
      clientAuthentication: { method: 'client_secret_post', secret: 'secret' },
      audience: 'orders',
    });
    const verdict = await authenticator.authenticate(
      { scheme: 'bearer', token: 'token' },
      { method: '', signal: new AbortController().signal },
    );
    const tenant: string | undefined = 'claims' in verdict ? verdict.claims.tenant : undefined;
    expect(tenant).toBe('a');
    await authenticator.close();
  });
});
