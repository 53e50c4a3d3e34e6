import { JwtVerifier } from 'aws-jwt-verify';
import { auth } from 'express-oauth2-jwt-bearer';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import { publicJwkOf } from '../tokens/signing-material.ts';
import type { Contender, Setting, Verifier } from './contender.ts';

export const awsJwtVerify: Contender = {
  name: 'aws-jwt-verify',
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  create(setting) {
    const verifier = awsVerifier(setting);
    return { check: (token) => verifier.verifySync(token) };
  },
};

/** It fetches by HTTPS only, so its keys are passed in. Each names its algorithm, which is the only one it accepts. */
export function awsVerifier({ keys, jwksUri }: Setting) {
  const verifier = JwtVerifier.create({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUri,
    customJwtCheck({ payload }) {
      if (payload.exp === undefined) throw new Error('expected exp');
    },
  });
  verifier.cacheJwks({ keys: keys.map((key) => publicJwkOf(key) as { kty: string }) });
  return verifier;
}

type Middleware = (
  request: object,
  response: object,
  next: (error?: unknown) => void,
) => Promise<void>;

/** Express middleware, called with the parts of a request that it reads. It has no secrets by `kid`. */
export const expressOauth2JwtBearer: Contender = {
  name: 'express-oauth2-jwt-bearer',
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  create({ keys, jwksUri }): Verifier {
    const tokenSigningAlg = keys[0].algorithm;
    const middleware = auth({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUri,
      tokenSigningAlg,
    }) as Middleware;
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
