import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client, ChannelCredentials, Metadata, status } from '@grpc/grpc-js';
import {
  AuthError,
  type AuthErrorCode,
  type Authenticator,
  definePolicy,
  denyAll,
  requireClaim,
  requireScopes,
} from '@grpc-authn/core';
import { type AuthFailure, readAuthFailure } from '@grpc-authn/core/client';
import { Accounts, bearer } from '../support/accounts.ts';
import { CALL_KINDS } from '../support/echo-server.ts';
import { answer, withHandler } from '../support/handler-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const PLAIN = 'Bearer realm="grpc"';
const INVALID = 'Bearer realm="grpc", error="invalid_token"';
const SCOPE = 'Bearer realm="grpc", error="insufficient_scope", scope="x"';

type Reason = AuthFailure['reason'];

function failing(code: AuthErrorCode, reason: string, options?: object): Authenticator<object> {
  return { name: 'failing', authenticate: () => new AuthError(code, reason as never, options) };
}

function only(rule: ReturnType<typeof denyAll>) {
  return definePolicy({ rules: { 'echo.v1.Echo/*': rule } });
}

const accounts = new Accounts();
const sent = { authorization: bearer('alice') };

/** The reason of the rejection, and what the client can read of it. */
const REFUSALS: readonly (readonly [
  string,
  Parameters<typeof withEcho>[0],
  { readonly authorization?: string },
  readonly [number, Reason, string | undefined, number | undefined],
])[] = [
  ['no token', { authenticator: hs256() }, {}, [16, 'TOKEN_MISSING', PLAIN, undefined]],
  [
    'another scheme',
    { authenticator: hs256() },
    { authorization: 'Basic YTpi' },
    [16, 'TOKEN_MISSING', PLAIN, undefined],
  ],
  [
    'a malformed token',
    { authenticator: hs256() },
    { authorization: 'Bearer a b' },
    [16, 'TOKEN_INVALID', INVALID, undefined],
  ],
  [
    'a token that is no JWT',
    { authenticator: hs256() },
    { authorization: 'Bearer abc' },
    [16, 'TOKEN_INVALID', INVALID, undefined],
  ],
  [
    'a missing scope',
    { authenticator: accounts, policy: only(requireScopes('x')) },
    sent,
    [7, 'SCOPE_INSUFFICIENT', SCOPE, undefined],
  ],
  [
    'a missing claim',
    { authenticator: accounts, policy: only(requireClaim('x', 1)) },
    sent,
    [7, 'PERMISSION_DENIED', PLAIN, undefined],
  ],
  [
    'a closed method',
    { authenticator: accounts, policy: only(denyAll()) },
    sent,
    [7, 'PERMISSION_DENIED', PLAIN, undefined],
  ],
  [
    'an outage',
    { authenticator: failing('unavailable', 'jwks') },
    sent,
    [14, 'AUTH_UNAVAILABLE', undefined, 1000],
  ],
  [
    'an outage with a retry delay',
    { authenticator: failing('unavailable', 'introspection', { retryAfterMs: 2_500 }) },
    sent,
    [14, 'AUTH_UNAVAILABLE', undefined, 2_500],
  ],
  [
    'an outage under another status',
    {
      authenticator: failing('unavailable', 'jwks'),
      statuses: { unavailable: status.RESOURCE_EXHAUSTED },
    },
    sent,
    [8, 'AUTH_UNAVAILABLE', undefined, 1000],
  ],
  [
    'a rejection with another status',
    {
      authenticator: failing('invalid_token', 'signature'),
      statuses: { invalid_token: { code: status.PERMISSION_DENIED, message: 'no' } },
    },
    sent,
    [7, 'TOKEN_INVALID', INVALID, undefined],
  ],
];

function failureOf(end: { readonly code: number; readonly trailers: Metadata }) {
  return readAuthFailure({ code: end.code, metadata: end.trailers });
}

describe('readAuthFailure()', () => {
  for (const [what, options, call, [code, reason, challenge, retryAfterMs]] of REFUSALS) {
    it(`reads a rejection for ${what}, on all kinds of call`, async () => {
      await withEcho(options, async ({ server, client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, call);
          const requiredScopes = reason === 'SCOPE_INSUFFICIENT' ? ['x'] : [];
          const stage = 'admission';
          const expected = { code, reason, challenge, retryAfterMs, stage, requiredScopes };
          assert.deepEqual(failureOf(end), expected);
        }
        assert.equal(server.seen.handlers, 0);
      });
    });
  }

  it('reads a rejection for an expired token', async () => {
    const authorization = bearer(await token({ exp: 1_000 }));
    await withEcho({ authenticator: hs256() }, async ({ client }) => {
      for (const kind of CALL_KINDS) {
        assert.deepEqual(failureOf(await client.call(kind, { authorization })), {
          code: status.UNAUTHENTICATED,
          reason: 'TOKEN_EXPIRED',
          challenge: INVALID,
          retryAfterMs: undefined,
          stage: 'admission',
          requiredScopes: [],
        });
      }
    });
  });

  it('reads the error of a grpc-js callback', async () => {
    await withEcho({ authenticator: hs256() }, async ({ server }) => {
      const client = new Client(server.address, ChannelCredentials.createInsecure());
      const bytes = (text: string): Buffer => Buffer.from(text);
      const error = await new Promise((resolve) => {
        client.makeUnaryRequest('/echo.v1.Echo/unary', bytes, String, 'x', new Metadata(), resolve);
      });
      assert.ok(error instanceof Error);
      assert.equal(readAuthFailure(error)?.reason, 'TOKEN_MISSING');
      client.close();
    });
  });

  it('is undefined for an internal error of the server, which a client cannot see', async () => {
    await withEcho({ authenticator: failing('internal', 'bug') }, async ({ client }) => {
      for (const kind of CALL_KINDS) {
        const end = await client.call(kind, sent);
        assert.equal(end.code, status.INTERNAL);
        assert.equal(failureOf(end), undefined);
        assert.deepEqual(end.trailers.get('www-authenticate'), []);
      }
    });
  });

  it('is undefined for answers and errors of a handler, and for rejections by other interceptors', async () => {
    const refused = Object.assign(new Error('no such order'), { code: status.PERMISSION_DENIED });
    await withHandler(
      { authenticator: new Accounts() },
      {
        handle: (kind, call, respond) => {
          if (kind === 'unary') (respond as unknown as (error: Error) => void)(refused);
          else if (kind === 'bidi') call.emit('error', refused);
          else answer(kind, call, respond);
        },
      },
      async ({ client, address }) => {
        for (const [kind, code] of [
          ['unary', status.PERMISSION_DENIED],
          ['bidi', status.PERMISSION_DENIED],
          ['serverStream', status.OK],
          ['clientStream', status.OK],
        ] as const) {
          const end = await client.call(kind, sent);
          assert.equal(end.code, code);
          assert.equal(failureOf(end), undefined);
        }
        const other = new Client(address, ChannelCredentials.createInsecure());
        const unknown = await new Promise<unknown>((resolve) => {
          const bytes = (text: string): Buffer => Buffer.from(text);
          other.makeUnaryRequest('/echo.v1.Echo/none', bytes, String, 'x', resolve);
        });
        assert.equal((unknown as { code: number }).code, status.UNIMPLEMENTED);
        assert.equal(readAuthFailure(unknown), undefined);
        other.close();
      },
    );
  });
});
