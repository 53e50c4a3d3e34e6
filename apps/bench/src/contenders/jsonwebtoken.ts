import { createSecretKey, type KeyObject } from 'node:crypto';
import jsonwebtoken, { type GetPublicKeyOrSecret, type VerifyOptions } from 'jsonwebtoken';
import { JwksClient } from 'jwks-rsa';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import { publicKeyOf, secretOf, type SigningMaterial } from '../tokens/signing-material.ts';
import type { Contender } from './contender.ts';

/**
 * The callback for the key is cheaper than `decode` before `verify`, which would decode the token twice. All of it is
 * synchronous.
 */
export const jsonwebtokenPeer: Contender = {
  name: 'jsonwebtoken',
  algorithms: ['HS256', 'RS256', 'PS256', 'ES256'],
  create({ keys }) {
    const byKid = new Map(keys.map((key) => [key.kid, keyObjectOf(key)]));
    const keyOf: GetPublicKeyOrSecret = ({ kid }, use) => {
      const key = byKid.get(kid ?? '');
      if (key === undefined) use(new Error('expected the kid of a key'));
      else use(null, key);
    };
    const rules = rulesOf(keys[0]);
    return {
      check(token) {
        let error: Error | null = null;
        let payload: unknown;
        jsonwebtoken.verify(token, keyOf, rules, (failed, verified) => {
          error = failed;
          payload = verified;
        });
        if (error !== null) throw error as Error;
        return withExpiry(payload);
      },
    };
  },
};

/** The pair that most tutorials show. */
export const jwksRsa: Contender = {
  name: 'jwks-rsa and jsonwebtoken',
  algorithms: ['RS256'],
  create({ jwksUri, keys }) {
    const client = new JwksClient({ jwksUri, cache: true, rateLimit: true });
    const rules = rulesOf(keys[0]);
    return {
      async check(token) {
        const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid;
        const key = await client.getSigningKey(kid);
        return withExpiry(jsonwebtoken.verify(token, key.getPublicKey(), rules));
      },
    };
  },
};

function keyObjectOf(material: SigningMaterial): KeyObject {
  return material.algorithm === 'HS256'
    ? createSecretKey(secretOf(material))
    : publicKeyOf(material);
}

function rulesOf({ algorithm }: SigningMaterial): VerifyOptions {
  const algorithms = [algorithm as jsonwebtoken.Algorithm];
  return { algorithms, issuer: ISSUER, audience: AUDIENCE };
}

/** The library has no option that requires a claim; it has checked the value of an `exp` that is present. */
function withExpiry(payload: unknown): unknown {
  if ((payload as { exp?: unknown }).exp === undefined) throw new Error('expected exp');
  return payload;
}
