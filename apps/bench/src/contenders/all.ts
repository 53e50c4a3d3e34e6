import type { Contender } from './contender.ts';
import { fastJwt, fastJwtCached } from './fast-jwt.ts';
import { jose, joseWithMap } from './jose.ts';
import { jsonwebtokenPeer, jwksRsa } from './jsonwebtoken.ts';
import { ours, oursCached, oursJws } from './ours.ts';
import { awsJwtVerify, expressOauth2JwtBearer } from './peers.ts';

/** Verify each token again. */
export const VERIFYING: readonly Contender[] = [
  ours,
  jose,
  jsonwebtokenPeer,
  fastJwt,
  awsJwtVerify,
  expressOauth2JwtBearer,
];

/** Cache verified tokens. */
export const REMEMBERING: readonly Contender[] = [oursCached, fastJwtCached, joseWithMap];

export const CONTENDERS: readonly Contender[] = [...VERIFYING, ...REMEMBERING, oursJws, jwksRsa];

export function contenderOf(name: string): Contender {
  const found = CONTENDERS.find((contender) => contender.name === name);
  if (found === undefined) throw new RangeError(`no contender "${name}"`);
  return found;
}
