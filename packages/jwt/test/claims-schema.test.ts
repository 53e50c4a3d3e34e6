import { AuthError, type Principal } from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  AUDIENCE,
  claims,
  context,
  createTestAuthenticator,
  decide,
  ISSUER,
  NOW_SECONDS,
  principalOf,
  token,
  verdictOf,
} from './support/test-authenticator.ts';

type Validate = StandardSchemaV1['~standard']['validate'];

/** Typed as no schema, since these tests are not about types: test-d is. */
function schemaOf(validate: Validate): undefined {
  const schema: StandardSchemaV1 = { '~standard': { version: 1, vendor: 'test', validate } };
  return schema as never;
}

/** A schema that gives this, whatever it reads. */
function schemaGiving(value: unknown): undefined {
  return schemaOf(() => ({ value }));
}

describe('the claims schema', () => {
  it('reads the raw payload, and its output is the principal’s claims', async () => {
    const read: unknown[] = [];
    const schema = schemaOf((payload) => {
      read.push(structuredClone(payload));
      return { value: { tenant: 'acme' } };
    });
    // Directly: the support would also explain the token, and so verify it again.
    const asked = createTestAuthenticator({ claims: schema });
    const credentials = { scheme: 'bearer', token: token({ tenant: ' ACME ' }) };
    const principal = (await asked.authenticate(credentials, context)) as Principal;
    expect(read).toEqual([JSON.parse(JSON.stringify(claims({ tenant: ' ACME ' })))]);
    expect(principal.claims).toEqual({ tenant: 'acme' });
  });

  it('never changes the identity', async () => {
    const lies = {
      iss: 'https://attacker.example',
      sub: 'root',
      aud: ['everything'],
      azp: 'evil',
      client_id: 'evil',
      scope: 'admin',
      exp: NOW_SECONDS + 1e9,
      cnf: { jkt: 'mine' },
    };
    const good = token({ client_id: 'web', scope: 'read' });
    expect(await principalOf(good, { claims: schemaGiving(lies) })).toMatchObject({
      issuer: ISSUER,
      subject: 'alice',
      audience: [AUDIENCE],
      clientId: 'web',
      scopes: ['read'],
      expiresAtEpochSeconds: NOW_SECONDS + 300,
      confirmation: undefined,
      claims: lies,
    });
  });

  it('cannot remove a confirmation', async () => {
    const bound = token({ cnf: { jkt: 'thumb' } });
    const principal = await principalOf(bound, { claims: schemaGiving({}) });
    expect(principal.confirmation).toEqual({ jkt: 'thumb' });
  });

  it('refuses a token with issues, and the error does not show them', async () => {
    const schema = schemaOf(() => ({ issues: [{ message: 'secret-value is no tenant' }] }));
    const verdict = await verdictOf(token(), { claims: schema });
    expect(verdict).toMatchObject({ code: 'invalid_token', reason: 'claim' });
    expect(verdict).not.toHaveProperty('cause');
    expect(JSON.stringify(verdict)).not.toContain('secret-value');
  });

  it('refuses even if the list of issues is empty', async () => {
    const claimsSchema = schemaOf(() => ({ issues: [] }));
    expect(await decide(token(), { claims: claimsSchema })).toBe('invalid_token/claim');
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('a bug');
      },
    ],
    [
      'throws a string',
      () => {
        throw 'a bug';
      },
    ],
    ['is asynchronous', () => Promise.resolve({ value: {} })],
    ['is asynchronous and fails', () => Promise.reject(new Error('a bug'))],
    ['is thenable', () => ({ then: () => undefined })],
    ['returns nothing', () => undefined],
    ['returns no value', () => ({})],
    ['returns null', () => ({ value: null })],
    ['returns a list', () => ({ value: [] })],
    ['returns a string', () => ({ value: 'alice' })],
    ['returns an object that cannot be frozen', () => ({ value: { at: new Map() } })],
  ] as readonly (readonly [string, () => unknown])[])(
    'causes an error, not a refusal, if it %s',
    async (_, validate) => {
      const schema = schemaOf(validate as Validate);
      const failure = await verdictOf(token(), { claims: schema }).then(
        () => 'a verdict',
        (error: unknown) => error,
      );
      expect(failure).not.toBe('a verdict');
      expect(AuthError.is(failure)).toBe(false);
    },
  );

  it.each([
    ['asynchronous', () => Promise.resolve({ value: {} }), /claims: expected a synchronous schema/],
    [
      'asynchronous and fails',
      () => Promise.reject(new Error('x')),
      /claims: expected a synchronous schema/,
    ],
    ['a list', () => ({ value: [] }), /claims: expected an object/],
    ['nothing', () => ({ value: undefined }), /claims: expected an object/],
    ['null', () => ({ value: null }), /claims: expected an object/],
  ] as readonly (readonly [string, () => unknown, RegExp])[])(
    'causes an error that names the problem: %s',
    async (_, validate, why) => {
      const schema = schemaOf(validate as Validate);
      await expect(verdictOf(token(), { claims: schema })).rejects.toThrow(why);
    },
  );

  it('is called only for a verified token', async () => {
    let asked = 0;
    const schema = schemaOf((value) => {
      asked += 1;
      return { value };
    });
    const forged = signJws(
      createSigningKey('EdDSA', 'main'),
      { alg: 'EdDSA', kid: 'main' },
      claims(),
    );
    const bad = [forged, token({ exp: 1 }), token({ iss: 'x' }), token({}, { kid: 'x' })];
    for (const jwt of bad) expect(await decide(jwt, { claims: schema })).not.toBe('accepted');
    expect(asked).toBe(0);
    const good = { scheme: 'bearer', token: token() };
    await createTestAuthenticator({ claims: schema }).authenticate(good, context);
    expect(asked).toBe(1);
  });
});
