import { randomBytes } from 'node:crypto';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { importKeySet, verifyCompactJws, createJwtAuthenticator } from '../src/index.ts';
import { isPrincipal } from '@grpc-authn/core/internal';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const { publicKey, privateKey } = await generateKeyPair('ES256');
const keys = importKeySet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
const context = { method: '/x/y', signal: new AbortController().signal };

interface Writable {
  iss?: string;
  exp?: number;
  aud: string[];
  sub: string;
  scope: string;
}

function writing(write: (payload: Writable) => void): StandardSchemaV1<unknown, object> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        write(value as Writable);
        return { value: value as object };
      },
    },
  };
}

describe('a schema that modifies its input', () => {
  it.each([
    [
      'changes it',
      (p: Writable) =>
        Object.assign(p, { iss: 'https://evil', exp: 9e9, sub: 'eve', scope: 'all' }),
    ],
    ['adds an audience', (p: Writable) => void p.aud.push('everything')],
    ['removes the expiry', (p: Writable) => void delete p.exp],
  ])('does not change the identity when it %s', async (_what, write) => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const payload = { iss: 'https://a', aud: ['orders'], sub: 'alice', scope: 'read', exp };
    const token = await new SignJWT(payload).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    const authenticator = createJwtAuthenticator({
      name: 'test',
      keys,
      issuer: 'https://a',
      audience: 'orders',
      claims: writing(write),
    });
    const verdict = await authenticator.authenticate({ scheme: 'bearer', token }, context);
    if (!isPrincipal(verdict)) throw new Error(verdict.reason);
    expect(verdict).toMatchObject({
      issuer: 'https://a',
      audience: ['orders'],
      subject: 'alice',
      scopes: ['read'],
      expiresAtEpochSeconds: exp,
    });
  });
});

describe('key sets', () => {
  it('leave out an RSA key without algorithm and another RSA key with its kid', async () => {
    const pair = await generateKeyPair('PS256', { extractable: true });
    const other = await generateKeyPair('PS256', { extractable: true });
    const jwks = [
      { ...(await exportJWK(pair.publicKey)), kid: 'k' },
      { ...(await exportJWK(other.publicKey)), kid: 'k', alg: 'PS256' },
    ];
    expect(importKeySet({ keys: jwks }).size).toBe(0);
  });

  it('leave out secrets if they contain a public key, even an unusable one', async () => {
    const secret = { kty: 'oct', alg: 'HS256', k: randomBytes(32).toString('base64url') };
    const weak = { ...(await exportJWK(publicKey)), use: 'enc' };
    expect(importKeySet({ keys: [weak, secret] }).size).toBe(0);
    expect(importKeySet({ keys: [secret] }).size).toBe(1);
  });
});

describe('misspelt options', () => {
  it('of verifyCompactJws are refused', () => {
    expect(() => verifyCompactJws('a.b.c', keys, { algorithm: ['ES256'] } as never)).toThrow(
      /did you mean "algorithms"/,
    );
  });

  it('of an audience claim are refused', () => {
    const audience = { claim: 'azp', values: ['x'], valeus: ['y'] } as never;
    const options = { name: 'test', keys, issuer: 'https://a', audience };
    expect(() => createJwtAuthenticator(options)).toThrow(/did you mean "values"/);
  });

  it('such as typ: null are refused, because it is ambiguous', () => {
    const options = { name: 'test', keys, issuer: 'https://a', audience: 'b', typ: null as never };
    expect(() => createJwtAuthenticator(options)).toThrow(/^typ: expected /);
  });
});

describe('ready()', () => {
  it('calls the keys function, and fails as it does', async () => {
    const authenticator = createJwtAuthenticator({
      name: 'test',
      keys: () => Promise.reject(new Error('no keys')),
      issuer: 'https://a',
      audience: 'b',
    });
    await expect(authenticator.ready()).rejects.toThrow('no keys');
  });
});
