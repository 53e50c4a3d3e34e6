import { withPins } from '@grpc-authn/config/adapter';
import {
  allowAnonymous,
  anyOf,
  authenticated,
  type Authenticator,
  cached,
  createCallGuard,
  type Credentials,
  definePolicy,
  denyAll,
  dryRun,
  explain,
  publicMethod,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
  type Rule,
  wrapAuthenticator,
} from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as fc from 'fast-check';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, vi } from 'vitest';
import { byIssuer, byTrustedIssuer } from '../../src/index.ts';
import { assertWellFormed, describeRefusal } from '../support/explained.ts';
import { createSigningKey, encodePart, signJws, type SigningKey } from '../support/signing-key.ts';
import {
  claims,
  clock,
  createTestAuthenticator,
  header,
  ISSUER,
  key,
  keySetOf,
  NOW_SECONDS,
  type TestOptions,
} from '../support/test-authenticator.ts';

const METHOD = '/orders.v1.Orders/List';
const OTHER = 'https://other.example';
const rotated = createSigningKey('ES256', 'rotated');
const forged = createSigningKey('EdDSA', 'main');
/** Of the guard: dry runs end in at most 30 days from today. */
const today = createFakeClock(Date.now());
const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

const hasTenant: StandardSchemaV1 = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (payload) =>
      (payload as { readonly tenant?: unknown }).tenant === 'acme'
        ? { value: payload as object }
        : { issues: [{ message: 'another tenant', path: ['tenant'] }] },
  },
};

/** Many tokens are good in most respects, so that every check is the first to fail sometimes. */
function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
}

const anyClaims: fc.Arbitrary<object> = fc
  .record({
    iss: mostly<unknown>(ISSUER, OTHER, `${ISSUER}/`, undefined, 7, 'https://nobody.example'),
    aud: mostly<unknown>('orders', ['a', 'orders'], 'billing', undefined, [], [7]),
    sub: mostly<unknown>('alice', undefined, '', 7, null),
    exp: mostly<unknown>(NOW_SECONDS + 300, 0, NOW_SECONDS - 4, NOW_SECONDS - 5, undefined, '1'),
    nbf: mostly<unknown>(undefined, NOW_SECONDS, NOW_SECONDS + 5, NOW_SECONDS + 6, 'x', null),
    iat: mostly<unknown>(NOW_SECONDS, NOW_SECONDS - 900, NOW_SECONDS + 60, undefined, -1, []),
    scope: mostly<unknown>('orders:read', 'orders:write orders:read', undefined, 7, ['a']),
    client_id: mostly<unknown>(undefined, 'app', 7),
    azp: mostly<unknown>(undefined, 'app', 'other'),
    cnf: mostly<unknown>(undefined, { jkt: 'x' }, 7),
    tenant: mostly<unknown>('acme', 'other', undefined),
    token_use: mostly<unknown>(undefined, 'access', 'id', 7),
    at_hash: mostly<unknown>(undefined, 'x'),
  })
  .map((changes) => claims(changes));

const anyHeader: fc.Arbitrary<object> = fc.record({
  alg: mostly<unknown>('EdDSA', 'ES256', 'none', 'HS256', undefined, 7),
  kid: mostly<unknown>('main', 'rotated', 'unknown', undefined, 7),
  typ: mostly<unknown>('at+jwt', 'JWT', undefined, 'logout+jwt', 7),
  crit: mostly<unknown>(undefined, ['exp']),
});

const anyToken: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        anyHeader,
        anyClaims,
        mostly<SigningKey>(key, rotated, forged),
        mostly('', 'A', '=', '.x'),
      )
      .map(([top, payload, by, rest]) => signJws(by, header(top), payload) + rest),
  },
  fc.string(),
  fc.tuple(fc.string(), fc.string()).map(([top, rest]) => `${encodePart(top)}.${rest}.AAAA`),
);

const anyCredentials: fc.Arbitrary<Credentials | undefined> = fc.oneof(
  {
    weight: 19,
    arbitrary: anyToken.map((token) => ({ scheme: 'bearer', token })),
  },
  fc.constantFrom(undefined, { scheme: 'basic', token: 'eHg6eXk=' }),
);

const anyOptions: fc.Arbitrary<TestOptions> = fc
  .record({
    keys: mostly(keySetOf(key, rotated), keySetOf(rotated)),
    algorithms: mostly<TestOptions['algorithms']>(undefined, ['ES256']),
    tokenUse: mostly<'access' | 'id'>('access', 'id'),
    typ: mostly<TestOptions['typ']>(undefined, ['at+jwt'], [null]),
    maxTokenAgeSeconds: mostly<number | undefined>(undefined, 600),
    requiredClaims: mostly<readonly string[]>([], ['tenant'], ['jti']),
    subjectClaim: mostly('sub', 'client_id'),
    claims: mostly<StandardSchemaV1 | undefined>(undefined, hasTenant),
    pin: mostly<{ readonly tenant: string } | undefined>(undefined, { tenant: 'acme' }),
  })
  .map(({ pin, claims: schema, ...options }) => ({
    ...withoutUndefined({
      ...options,
      ...withPins({ audience: 'orders', ...(pin && { pin }) }, schema),
    }),
  }));

function withoutUndefined(options: object): TestOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

type Compose = (main: Authenticator<object>, other: Authenticator<object>) => Authenticator<object>;

const COMPOSITIONS: Readonly<Record<string, Compose>> = {
  bare: (main) => main,
  cached: (main) => cached(main, { negative: {}, clock }),
  wrapped: (main) => wrapAuthenticator(main, { authenticate: async (next) => next() }),
  anyOf: (main, other) => anyOf(other, main),
  'anyOf of caches': (main, other) => anyOf(cached(main, { clock }), cached(other, { clock })),
  byIssuer: (main, other) => byIssuer({ [ISSUER]: main, [OTHER]: other }),
  byTrustedIssuer: (main, other) =>
    byTrustedIssuer((issuer) => ({ [ISSUER]: main, [OTHER]: other })[issuer]),
};

const RULES: readonly (() => Rule)[] = [
  authenticated,
  publicMethod,
  allowAnonymous,
  denyAll,
  () => requireScopes('orders:read'),
  () => requireScopes('orders:read', 'orders:write'),
  () => requireAnyScope('orders:write', 'admin'),
  () => requireClaim('tenant', 'acme'),
  () => requireAll(requireScopes('orders:read'), requireClaim('tenant', 'acme')),
  () => requireAny(requireScopes('admin'), requireClaim('tenant', 'other')),
  () => dryRun(requireScopes('admin'), { until }),
  () =>
    requireClaim('tenant', () => {
      throw new Error('a predicate that fails');
    }),
];

describe('explain() and the guard', () => {
  it(
    'come to the same decision about 2,000 tokens and configurations',
    { timeout: 120_000 },
    async () => {
      // A guard warns of each rule under a dry run.
      vi.spyOn(process, 'emitWarning').mockReturnValue();
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(
          anyCredentials,
          anyOptions,
          fc.constantFrom(...Object.keys(COMPOSITIONS)),
          fc.option(fc.constantFrom(...RULES), { nil: undefined }),
          async (credentials, options, composition, rule) => {
            const main = createTestAuthenticator({ name: 'main', ...options });
            const other = createTestAuthenticator({ name: 'other', ...options, issuer: OTHER });
            const authenticator = (COMPOSITIONS[composition] as Compose)(main, other);
            const policy = rule && definePolicy({ 'orders.v1.Orders/List': rule() });
            const given = { authenticator, ...(policy && { policy }) };
            const guard = createCallGuard({ ...given, clock: today });
            const begin = () =>
              guard.begin({ method: METHOD, streaming: false, credentials, end: () => undefined });
            const decided = await begin();
            const explanation = await explain(authenticator, credentials, {
              method: METHOD,
              clock: today,
              ...(policy && { policy }),
            });
            const error = decided.refusal ?? decided.wouldRefuse;
            expect(explanation.error && describeRefusal(explanation.error)).toEqual(
              error && describeRefusal(error),
            );
            expect(explanation.outcome).toBe(outcomeOf(decided));
            expect(explanation.principal).toEqual(decided.principal);
            assertWellFormed(explanation, credentials);
            // It leaves nothing in a cache.
            expect((await begin()).allowed).toBe(decided.allowed);
            seen.add(explanation.outcome);
            if (error !== undefined) seen.add(`${error.code}/${error.reason}`);
          },
        ),
        { numRuns: 2000 },
      );
      // The tokens come to every part of the code.
      expect([...seen].toSorted()).toEqual(
        expect.arrayContaining([
          'allowed',
          'internal/bug',
          'invalid_token/algorithm',
          'invalid_token/audience',
          'invalid_token/binding',
          'invalid_token/claim',
          'invalid_token/critical',
          'invalid_token/expired',
          'invalid_token/issuer',
          'invalid_token/signature',
          'invalid_token/type',
          'invalid_token/unknown_key',
          'invalid_token/use',
          'malformed_credentials/not_a_compact_jws',
          'malformed_credentials/not_base64url',
          'missing_credentials/absent',
          'missing_credentials/other_scheme',
          'permission_denied/denied',
          'permission_denied/scope',
          'would_refuse',
        ]),
      );
    },
  );
});

function outcomeOf(decided: {
  readonly refusal: { readonly code: string } | undefined;
  readonly wouldRefuse: unknown;
}): string {
  const code = decided.refusal?.code;
  if (code === undefined) return decided.wouldRefuse === undefined ? 'allowed' : 'would_refuse';
  return code === 'unavailable' || code === 'internal' ? code : 'refused';
}
