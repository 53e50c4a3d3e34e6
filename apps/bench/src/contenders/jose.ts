import { webcrypto } from 'node:crypto';
import {
  createLocalJWKSet,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import { ALGORITHMS, type KeySet, publicJwkOf, secretOf } from '../tokens/signing-material.ts';
import { MAX_AGE_MS } from './cache-age.ts';
import type { Contender } from './contender.ts';

const HMAC = { name: 'HMAC', hash: 'SHA-256' };

export const jose: Contender = {
  name: 'jose',
  algorithms: ALGORITHMS,
  create: async ({ keys }) => ({ check: await joseVerify(keys) }),
};

async function joseVerify(
  keys: KeySet,
): Promise<(token: string) => Promise<{ readonly payload: JWTPayload }>> {
  const { algorithm } = keys[0];
  const key = algorithm === 'HS256' ? await secretByKid(keys) : localSet(keys);
  const rules = {
    algorithms: [algorithm],
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['exp'],
  };
  return (token) => jwtVerify(token, key, rules);
}

function localSet(keys: KeySet): JWTVerifyGetKey {
  return createLocalJWKSet({ keys: keys.map((key) => ({ kty: '', ...publicJwkOf(key) })) });
}

/** A local JWKS has no secrets. */
async function secretByKid(keys: KeySet) {
  const secrets = new Map<string, webcrypto.CryptoKey>();
  for (const key of keys) {
    const secret = await webcrypto.subtle.importKey('raw', secretOf(key), HMAC, false, ['verify']);
    secrets.set(key.kid, secret);
  }
  return ({ kid }: JWTHeaderParameters): webcrypto.CryptoKey => {
    const secret = secrets.get(kid ?? '');
    if (secret === undefined) throw new Error('expected the kid of a secret');
    return secret;
  };
}

interface Entry {
  readonly payload: JWTPayload;
  /** When the token expires, or is too old to be trusted without a verification. */
  readonly untilMs: number;
}

/** What a careful author writes by hand: a Map from whole tokens to payloads, which evicts the oldest entry first. */
export const joseWithMap: Contender = {
  name: 'jose and a Map',
  algorithms: ALGORITHMS,
  async create({ keys, cacheEntries }) {
    const verify = await joseVerify(keys);
    const entries = new Map<string, Entry>();
    const store = (token: string, payload: JWTPayload): void => {
      if (entries.size >= cacheEntries) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      const untilMs = Math.min(payload.exp! * 1000, Date.now() + MAX_AGE_MS);
      entries.set(token, { payload, untilMs });
    };
    return {
      check(token) {
        const entry = entries.get(token);
        if (entry !== undefined && Date.now() < entry.untilMs) return entry.payload;
        return verify(token).then(({ payload }) => {
          store(token, payload);
          return payload;
        });
      },
    };
  },
};
