import { createCallGuard, type GateOutcome } from '@grpc-authn/core';
import type { AuthenticationContext, Authenticator } from '@grpc-authn/core/authenticator';
import { importKeySet, verifyCompactJws } from '@grpc-authn/jwt';
import { NOW, type Packages } from '../before/packages.ts';
import { AUDIENCE, ISSUER } from '../tokens/mint.ts';
import { ALGORITHMS, publicJwkOf, secretOf } from '../tokens/signing-material.ts';
import { OURS, OURS_CACHED, OURS_JWS } from './names.ts';
import type { Contender, Setting, Verifier } from './contender.ts';

const METHOD = '/bench.v1.Bench/Unary';
const WHO = { issuer: ISSUER, audience: AUDIENCE };

/** The authenticator that an application creates. */
export function ourAuthenticator(
  { keys }: Setting,
  packages: Packages = NOW,
): Authenticator<object> {
  const { algorithm } = keys[0];
  if (algorithm === 'HS256') {
    const [signing, next] = keys.map((key) => ({ kid: key.kid, bytes: secretOf(key) }));
    return packages.createHs256Authenticator({ ...WHO, secrets: [signing!, next!] });
  }
  return packages.createJwksAuthenticator({
    ...WHO,
    algorithms: [algorithm],
    jwks: { keys: keys.map((key) => publicJwkOf(key)) },
  });
}

export function ourCachedAuthenticator(
  setting: Setting,
  packages: Packages = NOW,
): Authenticator<object> {
  return packages.cached(ourAuthenticator(setting, packages), { maxEntries: setting.cacheEntries });
}

/** Like the context of a call: its signal is created when somebody reads it. */
class CallContext implements AuthenticationContext {
  readonly method = METHOD;
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }
}

/** Called without a gRPC call. */
export function asVerifier(authenticator: Authenticator<object>): Verifier {
  return {
    check: (token) => authenticator.authenticate({ scheme: 'bearer', token }, new CallContext()),
  };
}

export const ours: Contender = {
  name: OURS,
  algorithms: ALGORITHMS,
  create: (setting) => asVerifier(ourAuthenticator(setting)),
};

export const oursCached: Contender = {
  ...ours,
  name: OURS_CACHED,
  create: (setting) => asVerifier(ourCachedAuthenticator(setting)),
};

/** With the guard, in whose queue calls wait: its context needs no AbortSignal for each of them. */
export const oursGuarded: Contender = {
  ...ours,
  create(setting) {
    const guard = createCallGuard({ authenticator: ourAuthenticator(setting) });
    const decided = ({ refusal, principal }: GateOutcome): unknown => refusal ?? principal;
    return {
      check(token) {
        const credentials = { scheme: 'bearer', token };
        const outcome = guard.begin({ method: METHOD, streaming: false, credentials, end: ignore });
        return outcome instanceof Promise ? outcome.then(decided) : decided(outcome);
      },
    };
  },
};

function ignore(): void {}

/** The signature and strict parsing, without the claims. */
export const oursJws: Contender = {
  ...ours,
  name: OURS_JWS,
  create({ keys }) {
    const { algorithm } = keys[0];
    const jwks = keys.map((key) =>
      algorithm === 'HS256' ? { ...key.jwk, alg: algorithm, kid: key.kid } : publicJwkOf(key),
    );
    const set = importKeySet({ keys: jwks });
    return { check: (token) => verifyCompactJws(token, set, { algorithms: [algorithm] }) };
  },
};
