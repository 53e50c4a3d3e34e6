import type { ServerInterceptor } from '@grpc/grpc-js';
import { authenticated, createAuthInterceptor, definePolicy } from '@grpc-authn/core';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { OURS, OURS_CACHED } from '../contenders/names.ts';
import { asVerifier, ourCachedAuthenticator } from '../contenders/ours.ts';
import { HeaderSource } from '../server/header-source.ts';
import { runCalls } from '../server/stub-call.ts';
import { type Measurement, measurement } from '../statistics/measurement.ts';
import { type Sampled, sampleInRounds } from '../statistics/rounds.ts';
import { AUDIENCE, ISSUER, Mint } from '../tokens/mint.ts';
import { createKeySet, createSigningMaterial, publicJwkOf } from '../tokens/signing-material.ts';
import type { Experiment } from './experiment.ts';
import type { Scale } from './scale.ts';
import { timedSubject } from './timed-subject.ts';

const NOW_SECONDS = Math.floor(Date.now() / 1000);

/** How the cost grows with the number of tokens, keys and rules. */
export const growth: Experiment = async (scale, report) => {
  const found: Measurement[] = [];
  const measure = async (what: string, of: string, subjects: readonly Sampled[]) => {
    const samples = await sampleInRounds(subjects, scale.rounds, (progress) =>
      report(`${what}, ${progress}`),
    );
    for (const [scenario, times] of samples) {
      const named = { experiment: 'growth', scenario, subject: of };
      found.push(measurement(named, 'time', 'µs', times));
    }
  };
  await measure('tokens', OURS_CACHED, await byTokens(scale));
  await measure('keys', OURS, await byKeys(scale));
  const source = await HeaderSource.start();
  await measure('rules', 'interceptor, warm', await byRules(scale, source));
  source.stop();
  return found;
};

/** A warm check, with tokens that repeat in turn. HS256, because it warms up quickly. */
async function byTokens(scale: Scale): Promise<readonly Sampled[]> {
  const keys = createKeySet('HS256');
  const subjects: Sampled[] = [];
  for (const count of scale.warmTokens) {
    const setting = { keys, jwksUri: '', cacheEntries: 4 * count };
    const { check } = asVerifier(ourCachedAuthenticator(setting));
    const tokens = new Mint(keys[0], NOW_SECONDS).tokens(count);
    for (const token of tokens) await check(token);
    const call = (index: number): unknown => check(tokens[(index * 7919) % count]!);
    subjects.push(await timedSubject(`warm, tokens: ${count}`, call, scale));
  }
  return subjects;
}

async function byKeys(scale: Scale): Promise<readonly Sampled[]> {
  const subjects: Sampled[] = [];
  for (const count of scale.keys) {
    const materials = Array.from({ length: count }, (_, index) =>
      createSigningMaterial('ES256', `key-${index}`),
    );
    const { check } = asVerifier(
      createJwksAuthenticator({
        issuer: ISSUER,
        audience: AUDIENCE,
        jwks: { keys: materials.map((material) => publicJwkOf(material)) },
      }),
    );
    const tokens = materials.map((material) => new Mint(material, NOW_SECONDS).token(0));
    const call = (index: number): unknown => check(tokens[index % count]!);
    subjects.push(await timedSubject(`cold ES256, keys: ${count}`, call, scale));
  }
  return subjects;
}

async function byRules(scale: Scale, source: HeaderSource): Promise<readonly Sampled[]> {
  const keys = createKeySet('HS256');
  const setting = { keys, jwksUri: '', cacheEntries: 10 };
  const authenticator = ourCachedAuthenticator(setting);
  const token = new Mint(keys[0], NOW_SECONDS).token(0);
  await asVerifier(authenticator).check(token);
  return scale.rules.map((count) => {
    const names = Array.from({ length: count }, (_, index) => `bench.v1.Bench/Method${index}`);
    const rules = Object.fromEntries(names.map((name) => [name, authenticated()]));
    const interceptor: ServerInterceptor = createAuthInterceptor({
      authenticator,
      policy: definePolicy({ rules }),
    });
    const path = `/${names.at(-1)}`;
    return {
      name: `warm, rules: ${count}`,
      async sample() {
        const metadata = await source.metadata([token], scale.inProcessCalls);
        const startMs = performance.now();
        const admitted = runCalls(metadata, interceptor, path);
        const time = ((performance.now() - startMs) * 1000) / metadata.length;
        if (admitted !== metadata.length) throw new Error(`${path}: a warm call was rejected`);
        return time;
      },
    };
  });
}
