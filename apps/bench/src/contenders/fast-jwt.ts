import { createVerifier, type KeyFetcher } from 'fast-jwt';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import {
  ALGORITHMS,
  type KeySet,
  publicKeyOf,
  secretOf,
  type SigningMaterial,
} from '../tokens/signing-material.ts';
import { MAX_AGE_MS } from './cache-age.ts';
import type { Contender } from './contender.ts';

/** Without a cache, a verifier for each key is cheaper: a function that returns the key imports it for each token. */
export const fastJwt: Contender = {
  name: 'fast-jwt',
  algorithms: ALGORITHMS,
  create({ keys }) {
    const verifiers = new Map(
      keys.map((key) => [key.kid, createVerifier({ key: textOf(key), ...rulesOf(keys) })]),
    );
    return {
      check(token) {
        const verify = verifiers.get(kidOf(token));
        if (verify === undefined) throw new Error('expected the kid of a key');
        return verify(token) as object;
      },
    };
  },
};

/**
 * With a cache, a function that returns the key is cheaper: a cached token is found before its header is decoded. With
 * a callback all of it is synchronous.
 */
export const fastJwtCached: Contender = {
  name: 'fast-jwt, cached',
  algorithms: ALGORITHMS,
  create({ keys, cacheEntries }) {
    const texts = new Map(keys.map((key) => [key.kid, textOf(key)]));
    const key: KeyFetcher = ((
      { header }: Decoded,
      use: (error: Error | null, key?: Key) => void,
    ) => {
      const text = texts.get(header.kid ?? '');
      if (text === undefined) use(new Error('expected the kid of a key'));
      else use(null, text);
    }) as KeyFetcher;
    const cache = { cache: cacheEntries, cacheTTL: MAX_AGE_MS };
    const verify = createVerifier({ key, ...cache, ...rulesOf(keys) });
    return {
      check(token) {
        let error: unknown;
        let payload: unknown;
        verify(token, (failed: unknown, verified: unknown) => {
          error = failed;
          payload = verified;
        });
        if (error) throw error as Error;
        return payload;
      },
    };
  },
};

interface Decoded {
  readonly header: { readonly kid?: string };
}

type Key = string | Buffer;

function textOf(material: SigningMaterial): Key {
  return material.algorithm === 'HS256'
    ? secretOf(material)
    : publicKeyOf(material).export({ format: 'pem', type: 'spki' });
}

function rulesOf([{ algorithm }]: KeySet) {
  return {
    algorithms: [algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    // A claim that is absent is not compared.
    requiredClaims: ['iss', 'aud', 'exp'],
  };
}

/** The header alone: the library's decoder would decode the payload, too. */
function kidOf(token: string): string {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  return (JSON.parse(header) as { kid?: string }).kid ?? '';
}
