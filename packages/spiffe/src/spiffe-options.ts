import type { AuthEvent, Clock, OneOrMore } from '@grpc-authn/core/authenticator';
import {
  checkOptionNames,
  checkText,
  checkTexts,
  describeValue,
  wrongOption,
} from '@grpc-authn/core/internal';
import { type JwtRules, readJwtOptions } from '@grpc-authn/jwt/internal';
import type { HttpOptions } from '@grpc-authn/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { readAllowedIds } from './allowed-ids.ts';
import { idOf, isTrustDomain } from './spiffe-id.ts';
import { createSvidProfile, SVID_ALGORITHMS, SVID_TYPES } from './svid-profile.ts';

/** The source of the bundle: its endpoint, a file that is read again when it changes, or its `keys`. */
export type BundleLocation =
  | { readonly url: string }
  | { readonly file: string }
  | { readonly keys: readonly unknown[] };

/** Which SVIDs are accepted, and the source of the keys. */
export interface SpiffeOptions<S extends StandardSchemaV1 | undefined = undefined> {
  /** The authenticator's name, on its principals and in records. Default 'spiffe'. */
  readonly name?: string;
  /** The trust domain, such as 'acme.example': lower case, without 'spiffe://'. */
  readonly trustDomain: string;
  /** The bundle of this trust domain. A URL must be https, or http on loopback. */
  readonly bundle: BundleLocation;
  /** The accepted audiences, matched exactly: `aud` must contain one of them. */
  readonly audience: OneOrMore<string>;
  /** Accepted SPIFFE IDs, and prefixes that end in '/*'. Default: every ID of the trust domain. */
  readonly allow?: readonly [string, ...string[]];
  /** Default: RS, ES and PS, each with 256, 384 and 512. An RSA key without `alg` verifies the first RSA algorithm. */
  readonly algorithms?: readonly [string, ...string[]];
  /** A synchronous Standard Schema for the raw payload; its output type is the type of `Principal.claims`. */
  readonly claims?: S;
  /** Requests to the bundle endpoint. */
  readonly http?: HttpOptions;
  readonly clock?: Clock;
  /** Called for refreshes, discarded keys, outages and recoveries. Its errors are ignored. */
  readonly report?: (event: AuthEvent) => void;
}

const OPTION_NAMES: readonly string[] = [
  'name',
  'trustDomain',
  'bundle',
  'audience',
  'allow',
  'algorithms',
  'claims',
  'http',
  'clock',
  'report',
];

/** @throws ConfigError */
export function readSpiffeRules(options: SpiffeOptions<StandardSchemaV1 | undefined>): JwtRules {
  checkOptionNames('createSpiffeAuthenticator', options, OPTION_NAMES);
  const { trustDomain, bundle: _, allow, http: __, report: ___, ...jwt } = options;
  if (!isTrustDomain(checkText('trustDomain', trustDomain))) {
    throw wrongOption(
      'trustDomain',
      describeValue(trustDomain),
      "a name of lower-case letters, digits, '.', '-' and '_', such as 'acme.example'",
    );
  }
  // Not the form of other JWT adapters that names another claim: an SVID has its audience in `aud`.
  const audience = checkTexts('audience', jwt.audience);
  const rules = readJwtOptions(
    { ...jwt, audience, issuer: idOf(trustDomain), typ: SVID_TYPES },
    { name: 'spiffe', algorithms: SVID_ALGORITHMS },
  );
  const other = rules.algorithms.find((name) => !SVID_ALGORITHMS.includes(name));
  if (other !== undefined) {
    throw wrongOption('algorithms', other, `some of ${SVID_ALGORITHMS.join(', ')}`);
  }
  return Object.freeze({
    ...rules,
    profile: createSvidProfile(trustDomain, readAllowedIds(allow, trustDomain)),
  });
}
