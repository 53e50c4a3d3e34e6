import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { verifyCompactJws } from '../src/index.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import { joseEngine } from '../src/signature/jose-engine.ts';
import { nodeEngine } from '../src/signature/node-engine.ts';
import type { SignatureEngine } from '../src/signature/signature-engine.ts';
import { ENGINES } from './support/engines.ts';
import { createSigningKey, signJws, withoutAlgorithm } from './support/signing-key.ts';
import { decide, key as mainKey, token as goodToken } from './support/test-authenticator.ts';

const key = createSigningKey('RS256');
const jws = signJws(key, { alg: 'RS256' }, 'payload');

/** An engine whose every check answers so, and the algorithms that it was asked to prepare. */
function engineThat(answer: () => boolean | Promise<boolean>) {
  const prepared: string[] = [];
  const engine: SignatureEngine = {
    prepare(algorithm) {
      prepared.push(algorithm);
      return answer;
    },
  };
  return { engine, prepared };
}

async function reasonBy(engine: SignatureEngine): Promise<string> {
  const verdict = await verifyCompactJws(jws, importKeySetWith([engine], { keys: [key.jwk] }));
  return AuthError.is(verdict) ? verdict.reason : 'verified';
}

describe('an engine that fails', () => {
  it.each<readonly [string, () => boolean | Promise<boolean>]>([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
    ['returns false', () => false],
    ['returns false asynchronously', async () => false],
  ])('verifies nothing: it %s', async (_, answer) => {
    expect(await reasonBy(engineThat(answer).engine)).toBe('signature');
  });

  it('is not called for a signature of the wrong length', async () => {
    const { engine } = engineThat(() => true);
    const keys = importKeySetWith([engine], { keys: [key.jwk] });
    expect(await verifyCompactJws(jws, keys)).toMatchObject({ header: { alg: 'RS256' } });
    for (const other of [jws.slice(0, -4), jws.replace(/[^.]*$/, ''), `${jws}AAAA`]) {
      expect(AuthError.is(await verifyCompactJws(other, keys))).toBe(true);
    }
  });
});

describe('an authenticator with an asynchronous engine', () => {
  const byJose = importKeySetWith([joseEngine], { keys: [mainKey.jwk] });
  const [head = '', payload = ''] = goodToken().split('.');
  const forged = `${head}.${payload}.${goodToken({ sub: 'mallory' }).split('.')[2]}`;

  it.each([
    ['accepts a good token', goodToken(), 'accepted'],
    ['refuses a forged one', forged, 'invalid_token/signature'],
  ])('waits for it, and %s', async (_, jwt, verdict) => {
    expect(await decide(jwt, { keys: byJose })).toBe(verdict);
  });
});

describe('a key', () => {
  it('is prepared once, at import', () => {
    const { engine, prepared } = engineThat(() => true);
    const keys = importKeySetWith([engine], { keys: [key.jwk] });
    expect(prepared).toEqual(['RS256']);
    for (let round = 0; round < 3; round += 1) void verifyCompactJws(jws, keys);
    expect(prepared).toEqual(['RS256']);
  });

  it('without algorithm is prepared once for each algorithm', () => {
    const { engine, prepared } = engineThat(() => true);
    const keys = importKeySetWith([engine], { keys: [withoutAlgorithm(key)] });
    expect(prepared).toEqual([]);
    for (const alg of ['RS256', 'PS256', 'RS256', 'PS256']) {
      const token = signJws({ ...key, alg }, { alg }, 'payload');
      expect(verifyCompactJws(token, keys, { algorithms: [alg] })).toMatchObject({
        header: { alg },
      });
    }
    expect(prepared).toEqual(['RS256', 'PS256']);
  });

  it('uses the first engine that supports it', async () => {
    const lacking: SignatureEngine = { prepare: () => undefined };
    const never = engineThat(() => false);
    const keys = importKeySetWith([lacking, nodeEngine, never.engine], { keys: [key.jwk] });
    expect(await verifyCompactJws(jws, keys)).toMatchObject({ header: { alg: 'RS256' } });
    expect(never.prepared).toEqual([]);
  });
});

describe.each(ENGINES)('with %s, a token without kid', (_, engines) => {
  const others = [1, 2].map((number) => createSigningKey('RS256', `other ${number}`));

  it.each([0, 1, 2])('is verified with the matching key: number %i', async (place) => {
    const set = others.toSpliced(place, 0, key).map(({ jwk }) => jwk);
    const verdict = await verifyCompactJws(jws, importKeySetWith(engines, { keys: set }));
    expect(verdict).toMatchObject({ header: { alg: 'RS256' } });
  });

  it('is refused if no key matches', async () => {
    const keys = importKeySetWith(engines, { keys: others.map(({ jwk }) => jwk) });
    expect(await verifyCompactJws(jws, keys)).toMatchObject({ reason: 'signature' });
  });
});
