import { createSecretKey, webcrypto } from 'node:crypto';
import { JwtVerifier } from 'aws-jwt-verify';
import { auth } from 'express-oauth2-jwt-bearer';
import { createVerifier } from 'fast-jwt';
import { importJWK, jwtVerify, type JWTPayload } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { JwksClient } from 'jwks-rsa';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import {
  ALGORITHMS,
  publicJwkOf,
  publicKeyOf,
  secretOf,
  type SigningMaterial,
} from '../tokens/signing-material.ts';
import type { Contender, Setting, Verifier } from './contender.ts';

const HMAC = { name: 'HMAC', hash: 'SHA-256' };

// Each as its own documentation shows, with prepared keys where it accepts them.

export const jose: Contender = {
  name: 'jose',
  algorithms: ALGORITHMS,
  create: async ({ material }) => ({ check: await joseVerify(material) }),
};

async function joseVerify(material: SigningMaterial): Promise<(token: string) => Promise<object>> {
  const { algorithm } = material;
  const key =
    algorithm === 'HS256'
      ? await webcrypto.subtle.importKey('raw', secretOf(material), HMAC, false, ['verify'])
      : await importJWK(publicJwkOf(material) as object, algorithm);
  const rules = { algorithms: [algorithm], issuer: ISSUER, audience: AUDIENCE };
  return (token) => jwtVerify(token, key, rules);
}

/** What people write by hand: the payload by the whole token, until it expires. */
export const joseWithMap: Contender = {
  name: 'jose and a Map',
  algorithms: ALGORITHMS,
  async create({ material }) {
    const verify = await joseVerify(material);
    const kept = new Map<string, JWTPayload>();
    return {
      check(token) {
        const payload = kept.get(token);
        if (payload !== undefined && Date.now() < payload.exp! * 1000) return payload;
        return verify(token).then((verified) => {
          kept.set(token, (verified as { payload: JWTPayload }).payload);
          return verified;
        });
      },
    };
  },
};

export const jsonwebtokenPeer: Contender = {
  name: 'jsonwebtoken',
  algorithms: ['HS256', 'RS256', 'PS256', 'ES256'],
  create({ material }) {
    const rules = jsonwebtokenRules(material);
    const key =
      material.algorithm === 'HS256' ? createSecretKey(secretOf(material)) : publicKeyOf(material);
    return { check: (token) => jsonwebtoken.verify(token, key, rules) };
  },
};

function jsonwebtokenRules({ algorithm }: SigningMaterial): jsonwebtoken.VerifyOptions {
  const algorithms = [algorithm as jsonwebtoken.Algorithm];
  return { algorithms, issuer: ISSUER, audience: AUDIENCE };
}

/** The pair that most tutorials show. */
export const jwksRsa: Contender = {
  name: 'jwks-rsa and jsonwebtoken',
  algorithms: ['RS256'],
  create({ jwksUri, material }) {
    const client = new JwksClient({ jwksUri, cache: true, rateLimit: true });
    const rules = jsonwebtokenRules(material);
    return {
      async check(token) {
        const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid;
        const key = await client.getSigningKey(kid);
        return jsonwebtoken.verify(token, key.getPublicKey(), rules);
      },
    };
  },
};

function fastJwtVerifier({ material }: Setting, cache: number | false): Verifier {
  const key =
    material.algorithm === 'HS256'
      ? secretOf(material)
      : publicKeyOf(material).export({ format: 'pem', type: 'spki' });
  const algorithms = [material.algorithm];
  const rules = { algorithms, allowedIss: ISSUER, allowedAud: AUDIENCE };
  return { check: createVerifier({ key, cache, ...rules }) };
}

export const fastJwt: Contender = {
  name: 'fast-jwt',
  algorithms: ALGORITHMS,
  create: (setting) => fastJwtVerifier(setting, false),
};

export const fastJwtCached: Contender = {
  ...fastJwt,
  name: 'fast-jwt, cached',
  create: (setting) => fastJwtVerifier(setting, setting.cacheEntries),
};

export const awsJwtVerify: Contender = {
  name: 'aws-jwt-verify',
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  create({ material, jwksUri }) {
    const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri });
    verifier.cacheJwks({ keys: [publicJwkOf(material) as { kty: string }] });
    return { check: (token) => verifier.verifySync(token) };
  },
};

type Middleware = (
  request: object,
  response: object,
  next: (error?: unknown) => void,
) => Promise<void>;

/** Express middleware; it gets as much of a request as it reads. */
export const expressOauth2JwtBearer: Contender = {
  name: 'express-oauth2-jwt-bearer',
  algorithms: ALGORITHMS,
  create({ material, jwksUri }) {
    const { algorithm } = material;
    const key =
      algorithm === 'HS256'
        ? { secret: secretOf(material).toString(), tokenSigningAlg: algorithm }
        : { jwksUri, tokenSigningAlg: algorithm };
    const middleware = auth({ issuer: ISSUER, audience: AUDIENCE, ...key }) as Middleware;
    const fixed = { protocol: 'http', method: 'POST', url: '/', get: () => 'localhost' };
    return {
      async check(token) {
        let refusal: unknown;
        const headers = { host: 'localhost', authorization: `Bearer ${token}` };
        const request = { ...fixed, headers, is: () => false };
        await middleware(request, {}, (error) => {
          refusal = error;
        });
        return refusal;
      },
    };
  },
};
