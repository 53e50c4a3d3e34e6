import { describe, it } from 'node:test';
import { anyOf } from '@grpc-authn/core/authenticator';
import { byIssuer, byTrustedIssuer } from '@grpc-authn/jwt';
import { describeAuthenticator } from '@grpc-authn/testing';
import {
  asOnlyChild,
  behindCache,
  composition,
  type Owner,
  type Parts,
} from '../support/contract-subjects.ts';

const runner = { describe, it };

/** Parts that were never asked are closed too. */
const anyOfAll = ({ oidc, jwks, hs256, introspection }: Parts) =>
  anyOf(oidc, jwks, hs256, introspection);

const routed = ({ issuers, oidc, jwks, hs256, introspection }: Parts) =>
  byIssuer(
    { [issuers.oidc]: oidc, [issuers.jwks]: jwks, [issuers.hs256]: hs256 },
    { opaque: introspection },
  );

for (const owner of ['oidc', 'jwks', 'hs256', 'introspection'] satisfies Owner[]) {
  for (const [name, compose] of [
    ['anyOf', anyOfAll],
    ['byIssuer', routed],
  ] as const) {
    const subject = composition(name, owner, compose);
    describeAuthenticator(runner, subject);
    describeAuthenticator(runner, asOnlyChild(subject));
    if (owner !== 'introspection') describeAuthenticator(runner, behindCache(subject));
  }
}

/** Its parts are known, so they are not created for their tokens. */
const trusted = ({ issuers, oidc, jwks, hs256 }: Parts) => {
  const tenants = new Map([
    [issuers.oidc, oidc],
    [issuers.jwks, jwks],
    [issuers.hs256, hs256],
  ]);
  return byTrustedIssuer((issuer) => tenants.get(issuer));
};

for (const owner of ['oidc', 'jwks', 'hs256'] satisfies Owner[]) {
  const subject = composition('byTrustedIssuer', owner, trusted);
  describeAuthenticator(runner, subject);
  describeAuthenticator(runner, behindCache(subject));
}

// A token that its issuer revokes without an event stays valid while the cache stores it.
for (const owner of ['hs256', 'oidc', 'jwks'] satisfies Owner[]) {
  describeAuthenticator(
    runner,
    composition('alone', owner, (parts) => parts[owner]),
  );
}
