import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  allowAnonymous,
  authenticated,
  confirmedBy,
  definePolicy,
  denyAll,
  dryRun,
  findPrincipal,
  override,
  publicMethod,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
  type Rule,
} from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Accounts, bearer } from '../support/accounts.ts';
import { CALL_KINDS } from '../support/echo-server.ts';
import { withEcho } from '../support/with-echo.ts';

const WHO = {
  reader: { scopes: ['orders:read'], claims: { team: 'a' } },
  writer: { scopes: ['orders:read', 'orders:write'], claims: { roles: ['x', 'admin'] } },
  nobody: {},
  expired: undefined,
  anonymous: undefined,
} as const;
type Who = keyof typeof WHO;
const KNOWN = { reader: WHO.reader, writer: WHO.writer, nobody: WHO.nobody };

/** Confirms only the writer. */
const second = new Accounts({ writer: {} }, { late: true, name: 'second' });
// Dry runs are reported at each start.
before(() => void mock.method(process, 'emitWarning', () => undefined));
after(() => mock.restoreAll());

const until = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);

const OK = 'OK';
const DENIED = 'PERMISSION_DENIED';
const SCOPE = 'SCOPE_INSUFFICIENT';
const INVALID = 'TOKEN_INVALID';
const MISSING = 'TOKEN_MISSING';

/** The result for each caller as the client reads it: reader, writer, nobody, expired, anonymous. */
const TABLE: readonly (readonly [Rule, readonly string[]])[] = [
  [publicMethod(), [OK, OK, OK, OK, OK]],
  [allowAnonymous(), [OK, OK, OK, INVALID, OK]],
  [authenticated(), [OK, OK, OK, INVALID, MISSING]],
  [denyAll(), [DENIED, DENIED, DENIED, DENIED, DENIED]],
  [requireScopes('orders:read'), [OK, OK, SCOPE, INVALID, MISSING]],
  [requireScopes('orders:read', 'orders:write'), [SCOPE, OK, SCOPE, INVALID, MISSING]],
  [requireAnyScope('orders:write', 'orders:all'), [SCOPE, OK, SCOPE, INVALID, MISSING]],
  [requireClaim('team', 'a'), [OK, DENIED, DENIED, INVALID, MISSING]],
  [requireClaim('roles', 'admin'), [DENIED, OK, DENIED, INVALID, MISSING]],
  [requireClaim('team', (team) => team === 'a'), [OK, DENIED, DENIED, INVALID, MISSING]],
  [confirmedBy(second), [DENIED, OK, DENIED, INVALID, MISSING]],
  [
    requireAll(requireScopes('orders:read'), confirmedBy(second)),
    [DENIED, OK, SCOPE, INVALID, MISSING],
  ],
  [requireAny(requireClaim('team', 'a'), confirmedBy(second)), [OK, OK, DENIED, INVALID, MISSING]],
  [override(requireScopes('orders:write')), [SCOPE, OK, SCOPE, INVALID, MISSING]],
  [dryRun(requireScopes('orders:write'), { until }), [OK, OK, OK, INVALID, MISSING]],
];

for (const late of [false, true]) {
  describe(`on a real channel, with an authenticator that answers ${late ? 'later' : 'at once'},`, () => {
    for (const [rule, expected] of TABLE) {
      for (const kind of CALL_KINDS) {
        it(`"${rule.description}" decides ${kind} calls`, async () => {
          const authenticator = new Accounts(KNOWN, { late });
          const policy = definePolicy({ rules: { [`echo.v1.Echo/${kind}`]: rule } });
          await withEcho({ authenticator, policy }, async ({ server, client }) => {
            let passed = 0;
            for (const [index, who] of (Object.keys(WHO) as Who[]).entries()) {
              const authorization = who === 'anonymous' ? {} : { authorization: bearer(who) };
              const end = await client.call(kind, authorization);
              const failure = readAuthFailure({ code: end.code, metadata: end.trailers });
              const got = end.code === status.OK ? OK : failure?.reason;
              assert.equal(got, expected[index], `${who}: ${end.details}`);
              passed += got === OK ? 1 : 0;
            }
            // A rejected call runs no handler, and its message is not deserialized.
            assert.equal(server.seen.handlers, passed);
            assert.equal(server.seen.messages, passed);
          });
          if (rule === denyAll() || rule === publicMethod()) assert.equal(authenticator.asked, 0);
        });
      }
    }

    it('a method without a rule is denied to everybody', async () => {
      const authenticator = new Accounts(KNOWN, { late });
      const policy = definePolicy({ rules: { 'echo.v1.Echo/unary': authenticated() } });
      await withEcho({ authenticator, policy }, async ({ server, client }) => {
        for (const kind of CALL_KINDS.filter((each) => each !== 'unary')) {
          const end = await client.call(kind, { authorization: bearer('writer') });
          assert.equal(end.code, status.PERMISSION_DENIED);
        }
        assert.equal(server.seen.handlers, 0);
        assert.equal(authenticator.asked, 0);
      });
    });
  });
}

describe('a method that is anonymous where credentials are absent', () => {
  for (const kind of CALL_KINDS) {
    it(`rejects credentials that are sent and not valid: ${kind}`, async () => {
      const policy = definePolicy({ rules: { 'echo.v1.Echo/*': allowAnonymous() } });
      const authenticator = new Accounts();
      await withEcho(
        { authenticator, policy },
        async ({ server, client }) => {
          for (const authorization of [
            'Bearer forged',
            'Bearer',
            'Bearer a b',
            'Bearer a, Bearer b',
            'Basic YTpi',
            'alice',
          ]) {
            const end = await client.call(kind, { authorization });
            assert.equal(end.code, status.UNAUTHENTICATED, authorization);
          }
          assert.equal(server.seen.handlers, 0);
          assert.deepEqual((await client.call(kind)).messages, ['nobody']);
          const end = await client.call(kind, { authorization: bearer('alice') });
          assert.deepEqual(end.messages, ['alice']);
        },
        { answer: (call) => findPrincipal(call)?.subject ?? 'nobody' },
      );
    });

    it(`is an outage where credentials that are sent cannot be verified: ${kind}`, async () => {
      const policy = definePolicy({ rules: { 'echo.v1.Echo/*': allowAnonymous() } });
      const authenticator = {
        name: 'broken',
        authenticate: () => Promise.reject(new Error('boom')),
      };
      await withEcho({ authenticator, policy }, async ({ client }) => {
        const end = await client.call(kind, { authorization: bearer('alice') });
        assert.equal(end.code, status.INTERNAL);
      });
    });
  }
});
