import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { OURS } from '../contenders/names.ts';
import { asVerifier, ourAuthenticator } from '../contenders/ours.ts';
import { jwksRsa } from '../contenders/jsonwebtoken.ts';
import { awsVerifier, expressOauth2JwtBearer } from '../contenders/peers.ts';
import { withProvider } from '../processes/with-provider.ts';
import { measurement } from '../statistics/measurement.ts';
import { sampleInRounds } from '../statistics/rounds.ts';
import { AUDIENCE, ISSUER, Mint } from '../tokens/mint.ts';
import { createKeySet } from '../tokens/signing-material.ts';
import type { Experiment } from './experiment.ts';
import { timedSubject } from './timed-subject.ts';

const TOKENS = 64;

/** RS256 with fetched keys: the cost per check of maintaining them. */
export const jwks: Experiment = (scale, report) => {
  const keys = createKeySet('RS256');
  return withProvider(keys, async (origin) => {
    const url = `${origin}/jwks`;
    const setting = { keys, jwksUri: url, cacheEntries: 1 };
    const who = { issuer: ISSUER, audience: AUDIENCE };
    const fetched = createJwksAuthenticator({ ...who, jwks: { url } });
    const remote = createRemoteJWKSet(new URL(url));
    const aws = awsVerifier(setting);
    const rules = { ...who, algorithms: ['RS256'], requiredClaims: ['exp'] };
    const checks = {
      [`${OURS}, keys at hand`]: asVerifier(ourAuthenticator(setting)).check,
      [`${OURS}, keys by URL`]: asVerifier(fetched).check,
      jose: (token: string) => jwtVerify(token, remote, rules),
      'aws-jwt-verify': (token: string) => aws.verify(token),
      [expressOauth2JwtBearer.name]: (await expressOauth2JwtBearer.create(setting)).check,
      [jwksRsa.name]: (await jwksRsa.create(setting)).check,
    };
    const tokens = new Mint(keys[0], Math.floor(Date.now() / 1000)).tokens(TOKENS);
    const subjects = [];
    for (const [name, check] of Object.entries(checks)) {
      await check(tokens[0]!);
      const call = (index: number): unknown => check(tokens[index % TOKENS]!);
      subjects.push(await timedSubject(name, call, scale));
    }
    const samples = await sampleInRounds(subjects, scale.rounds, report);
    await fetched.close();
    return [...samples].map(([subject, times]) => {
      const what = { experiment: 'jwks', scenario: 'RS256, keys already fetched', subject };
      return measurement(what, 'time', 'µs', times);
    });
  });
};
