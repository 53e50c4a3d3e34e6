import { afterEach, describe, expect, it, vi } from 'vitest';
import { fastJwtCached } from '../src/contenders/fast-jwt.ts';
import { joseWithMap } from '../src/contenders/jose.ts';
import { signerOf, signToken, headerOf, Mint } from '../src/tokens/mint.ts';
import { createKeySet } from '../src/tokens/signing-material.ts';

const keys = createKeySet('ES256');
const setting = { keys, jwksUri: '', cacheEntries: 2 };
const nowSeconds = Math.floor(Date.now() / 1000);
const mint = new Mint(keys[0], nowSeconds);

afterEach(() => {
  vi.useRealTimers();
});

function pass(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
}

describe('jose and a Map', () => {
  const isCached = (answer: unknown): boolean => !(answer instanceof Promise);

  it('trusts a verification for five minutes', async () => {
    const { check } = await joseWithMap.create(setting);
    const token = mint.token(1);
    await check(token);
    pass(299_000);
    expect(isCached(check(token))).toBe(true);
    pass(2000);
    const late = check(token);
    expect(isCached(late)).toBe(false);
    await late;
  });

  it('stops earlier where the token expires', async () => {
    const { check } = await joseWithMap.create(setting);
    const claims = { ...mint.claims(1), exp: nowSeconds + 60 };
    const token = signToken(headerOf(keys[0]), claims, signerOf(keys[0]));
    await check(token);
    expect(isCached(check(token))).toBe(true);
    pass(61_000);
    await expect(check(token)).rejects.toThrow('"exp"');
  });

  it('evicts its oldest entry', async () => {
    const { check } = await joseWithMap.create(setting);
    const tokens = [1, 2, 3].map((number) => mint.token(number));
    for (const token of tokens) await check(token);
    expect(tokens.map((token) => isCached(check(token)))).toEqual([false, true, true]);
  });
});

describe('fast-jwt with a cache', () => {
  it('answers synchronously, also for a new token', async () => {
    const { check } = await fastJwtCached.create(setting);
    const token = mint.token(1);
    expect(check(token)).toMatchObject({ iss: 'https://id.example.com' });
    expect(check(token)).toMatchObject({ iss: 'https://id.example.com' });
    expect(() => check(mint.expired(1))).toThrow('expired');
  });
});
