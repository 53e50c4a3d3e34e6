import { describe, expect, it } from 'vitest';
import { REMEMBERING, VERIFYING } from '../src/contenders/all.ts';
import { prove, type Verifier } from '../src/contenders/contender.ts';
import { ours } from '../src/contenders/ours.ts';
import { createKeySet } from '../src/tokens/signing-material.ts';

const setting = { keys: createKeySet('RS256'), jwksUri: 'http://127.0.0.1/jwks', cacheEntries: 10 };

describe('the proof of a contender', () => {
  // This one fetches its keys; the bench proves it with a running provider.
  const local = [...VERIFYING, ...REMEMBERING].filter(
    ({ name }) => name !== 'express-oauth2-jwt-bearer',
  );
  it.each(
    local.flatMap((contender) =>
      contender.algorithms.map((algorithm) => ({ contender, algorithm })),
    ),
  )('accepts $contender.name with $algorithm', async ({ contender, algorithm }) => {
    const keys = createKeySet(algorithm);
    const verifier = await contender.create({ ...setting, keys });
    await prove(contender.name, verifier, { ...setting, keys });
  });

  /** Ours, except that it also accepts what the predicate accepts. */
  async function laxer(accepts: (token: string) => boolean): Promise<Verifier> {
    const { check } = await ours.create(setting);
    return { check: (token) => (accepts(token) ? {} : check(token)) };
  }

  const headerOf = (token: string) => partOf(token, 0);
  const claimsOf = (token: string) => partOf(token, 1);
  function partOf(token: string, index: number): Record<string, unknown> {
    const text = Buffer.from(token.split('.')[index]!, 'base64url').toString();
    return JSON.parse(text) as Record<string, unknown>;
  }

  it.each([
    ['an unknown kid', (token: string) => headerOf(token)['kid'] === 'unknown'],
    ['the kid of another key', (token: string) => headerOf(token)['kid'] === 'bench-next'],
    ['the algorithm PS256', (token: string) => headerOf(token)['alg'] === 'PS256'],
    ['no signature', (token: string) => headerOf(token)['alg'] === 'none'],
    ['a wrong signature', (token: string) => headerOf(token)['kid'] === 'bench'],
    ['no exp', (token: string) => claimsOf(token)['exp'] === undefined],
    ['a past expiry', (token: string) => Number(claimsOf(token)['exp']) * 1000 < Date.now()],
    ['another issuer', (token: string) => claimsOf(token)['iss'] === 'https://other.example.com'],
    ['no issuer', (token: string) => claimsOf(token)['iss'] === undefined],
    ['no audience', (token: string) => claimsOf(token)['aud'] === undefined],
    ['another audience', (token: string) => String(claimsOf(token)['aud']) === 'invoices'],
  ])('rejects one that accepts a token with %s', async (fault, accepts) => {
    const proof = prove('lax', await laxer(accepts), setting);
    await expect(proof).rejects.toThrow(`lax accepts an RS256 token with ${fault}`);
  });

  it('rejects one that knows one key only', async () => {
    const { check } = await ours.create(setting);
    const verifier: Verifier = {
      check: (token) => (headerOf(token)['kid'] === 'bench' ? check(token) : new Error('unknown')),
    };
    await expect(prove('lax', verifier, setting)).rejects.toThrow('of the key "bench-next"');
  });
});
