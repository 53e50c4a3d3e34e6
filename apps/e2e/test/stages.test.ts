import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import {
  AuthError,
  type AuthInterceptorOptions,
  type Authenticator,
  definePolicy,
  denyAll,
  describeRefusal,
  requireClaim,
  requireScopes,
} from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { type AnyCall, type Respond, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { hs256, token } from '../support/tokens.ts';
import { WaitingClock } from '../support/waiting-clock.ts';
import { withEcho } from '../support/with-echo.ts';

const only = (rule: ReturnType<typeof denyAll>) =>
  definePolicy({ rules: { 'echo.v1.Echo/*': rule } });
const answering = (...error: ConstructorParameters<typeof AuthError>): Authenticator<object> => ({
  name: 'answering',
  authenticate: () => new AuthError(...error),
});

const accounts = new Accounts();
const alice = bearer('alice');
const REFUSALS: readonly (readonly [string, AuthInterceptorOptions, string | undefined, string])[] =
  [
    ['no token', { authenticator: hs256() }, undefined, 'TOKEN_MISSING'],
    ['another scheme', { authenticator: hs256() }, 'Basic YTpi', 'TOKEN_MISSING'],
    ['two tokens', { authenticator: hs256() }, 'Bearer a,Bearer b', 'TOKEN_INVALID'],
    ['a token of nobody', { authenticator: hs256() }, 'Bearer a.b.c', 'TOKEN_INVALID'],
    [
      'an expired token',
      { authenticator: hs256() },
      bearer(await token({ exp: 1 })),
      'TOKEN_EXPIRED',
    ],
    [
      'a rule about scopes',
      { authenticator: accounts, policy: only(requireScopes('x')) },
      alice,
      'SCOPE_INSUFFICIENT',
    ],
    [
      'a rule about claims',
      { authenticator: accounts, policy: only(requireClaim('x', 1)) },
      alice,
      'PERMISSION_DENIED',
    ],
    [
      'a closed method',
      { authenticator: accounts, policy: only(denyAll()) },
      alice,
      'PERMISSION_DENIED',
    ],
    ['an outage', { authenticator: answering('unavailable', 'jwks') }, alice, 'AUTH_UNAVAILABLE'],
    [
      'a full queue',
      { authenticator: answering('unavailable', 'overloaded') },
      alice,
      'AUTH_UNAVAILABLE',
    ],
  ];

describe('a refusal before the handler', () => {
  for (const [what, options, authorization, reason] of REFUSALS) {
    it(`says admission, on all kinds of call: ${what}`, async () => {
      await withEcho(options, async ({ server, client }) => {
        for (const kind of CALL_KINDS) {
          const sent = authorization === undefined ? {} : { authorization };
          const { code, trailers } = await client.call(kind, sent);
          const failure = readAuthFailure({ code, metadata: trailers });
          assert.deepEqual([failure?.reason, failure?.stage], [reason, 'admission'], kind);
        }
        assert.equal(server.seen.handlers, 0);
      });
    });
  }
});

/** A call whose handler runs. */
interface Running {
  readonly kind: CallKind;
  readonly call: AnyCall;
  readonly respond: Respond;
  readonly accounts: Accounts;
  readonly clock: WaitingClock;
}

const expired = new AuthError('invalid_token', 'expired', { tokenExpired: true });
const ENDS: readonly {
  readonly what: string;
  readonly reason: string;
  readonly kinds: readonly CallKind[];
  readonly expiresInSeconds?: number;
  readonly end: (running: Running) => void;
}[] = [
  {
    what: 'whose token expires',
    reason: 'TOKEN_EXPIRED',
    kinds: CALL_KINDS.filter((kind) => kind !== 'unary'),
    expiresInSeconds: 60,
    end: ({ clock }) => clock.advance(65_000),
  },
  {
    what: 'that reaches the longest life of a stream',
    reason: 'TOKEN_EXPIRED',
    kinds: CALL_KINDS.filter((kind) => kind !== 'unary'),
    end: ({ clock }) => clock.advance(3_600_000),
  },
  {
    what: 'whose caller is revoked',
    reason: 'TOKEN_INVALID',
    kinds: CALL_KINDS,
    end: ({ accounts: all }) => all.revoke(() => true),
  },
  {
    what: 'whose handler relays a refusal of another service',
    reason: 'TOKEN_EXPIRED',
    kinds: CALL_KINDS,
    end: ({ kind, call, respond }) => {
      const {
        statusCode: code,
        message,
        details,
      } = describeRefusal(expired, {
        stage: 'admission',
      });
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', Buffer.from(details));
      const relayed = Object.assign(new Error(message), { code, metadata });
      if (kind === 'serverStream' || kind === 'bidi') call.emit('error', relayed);
      else (respond as unknown as (error: Error) => void)(relayed);
    },
  },
];

describe('the end of a call whose handler runs', () => {
  for (const { what, reason, kinds, expiresInSeconds, end } of ENDS) {
    for (const kind of kinds) {
      it(`says running: a ${kind} call ${what}`, async () => {
        const clock = new WaitingClock();
        const known = new Accounts({
          alice:
            expiresInSeconds === undefined
              ? {}
              : { expiresAtEpochSeconds: clock.nowMs() / 1000 + expiresInSeconds },
        });
        const running: Running[] = [];
        await withHandler(
          { authenticator: known, clock },
          {
            handle: (_, call, respond) =>
              void running.push({ kind, call, respond, accounts: known, clock }),
          },
          async ({ address }) => {
            const client = new OpenClient(address);
            const { ended } = client.open(kind, { authorization: alice });
            await eventually(() => running.length === 1, 'the handler runs');
            end(running[0]!);
            const failure = readAuthFailure((await ended).status);
            assert.deepEqual([failure?.reason, failure?.stage], [reason, 'running']);
            client.close();
          },
        );
      });
    }
  }
});
