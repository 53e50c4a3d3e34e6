// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { anyOf, type Authenticator, cached, createPrincipal } from '@grpc-authn/core';
import { byIssuer } from '@grpc-authn/jwt';
import { CALL_KINDS } from '../support/echo-server.ts';
import { withEcho } from '../support/with-echo.ts';

const principal = createPrincipal({ authenticator: 'odd', subject: 'mallory' });
const past = Math.floor(Date.now() / 1000) - 10;

/** Values that are no verdict, and look like one to a careless check. */
const ANSWERS: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  text: () => 'alice',
  'an empty object': () => ({}),
  claims: () => ({ sub: 'alice', iss: 'https://a.example', active: true }),
  'a copy of a principal': () => ({ ...principal }),
  'an heir of a principal': () => Object.create(principal) as unknown,
  'a principal in JSON': () => JSON.parse(JSON.stringify(principal)) as unknown,
  'a proxy of a principal': () => new Proxy(principal, {}),
  'a list of a principal': () => [principal],
  'a function': () => () => principal,
  'an expiry of NaN': () =>
    createPrincipal({ authenticator: 'odd', expiresAtEpochSeconds: Number.NaN }),
  'an expiry without end': () =>
    createPrincipal({ authenticator: 'odd', expiresAtEpochSeconds: Number.POSITIVE_INFINITY }),
  'an expiry as text': () =>
    createPrincipal({ authenticator: 'odd', expiresAtEpochSeconds: `${past}` as never }),
  'scopes in a Set': () => createPrincipal({ authenticator: 'odd', scopes: new Set() as never }),
  'a fault': () => {
    throw new Error('boom');
  },
};

const COMPOSITIONS: Readonly<
  Record<string, (odd: Authenticator<object>) => Authenticator<object>>
> = {
  alone: (odd) => odd,
  'in anyOf': (odd) => anyOf(odd, { ...odd, name: 'next', issuers: ['https://b.example'] }),
  'in byIssuer': (odd) => byIssuer({ 'https://a.example': odd }, { opaque: { ...odd, name: 'o' } }),
  'in cached': (odd) => cached(odd, { negative: {} }),
};

describe('an answer that is no principal', () => {
  for (const [where, compose] of Object.entries(COMPOSITIONS)) {
    it(`${where}: INTERNAL, sync and async (rule 1)`, async () => {
      for (const [what, answer] of Object.entries(ANSWERS)) {
        for (const late of [false, true]) {
          const authenticate = () => (late ? Promise.resolve().then(answer) : answer()) as never;
          const odd: Authenticator<object> = { name: 'odd', authenticate };
          await withEcho({ authenticator: compose(odd) }, async ({ client, server }) => {
            for (const time of ['once', 'again']) {
              const { code } = await client.call('unary', { authorization: 'Bearer opaque' });
              assert.equal(
                code,
                status.INTERNAL,
                `${what}, ${late ? 'later' : 'at once'}, ${time}`,
              );
            }
            assert.equal(server.seen.handlers, 0);
          });
        }
      }
    });

    it(`${where}: OK for a principal`, async () => {
      const odd: Authenticator<object> = { name: 'odd', authenticate: () => principal };
      await withEcho({ authenticator: compose(odd) }, async ({ client }) => {
        for (const kind of CALL_KINDS) {
          const { code } = await client.call(kind, { authorization: 'Bearer opaque' });
          assert.equal(code, status.OK);
        }
      });
    });
  }
});
