import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { AuthError, createPrincipal, type Authenticator } from '@grpc-authn/core';
import { CALL_KINDS } from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const principal = createPrincipal({ authenticator: 'odd', subject: 'mallory' });

type Answer = Authenticator<object>['authenticate'];

/** Results of `authenticate`; each ends the call with one status. */
const ODD: readonly (readonly [string, () => unknown, number])[] = [
  ['throws synchronously', () => raise(new Error('boom')), status.INTERNAL],
  ['throws a string', () => raise('boom'), status.INTERNAL],
  ['throws undefined', () => raise(undefined), status.INTERNAL],
  ['rejects', () => Promise.reject(new Error('boom')), status.INTERNAL],
  ['rejects with undefined', () => Promise.reject(), status.INTERNAL],
  ['throws an AuthError', () => raise(new AuthError('invalid_token', 'inactive')), 16],
  ['rejects with an AuthError', () => Promise.reject(new AuthError('unavailable', 'jwks')), 14],
  ['settles twice', settlesTwice, status.OK],
  [
    'has an infinite retry delay',
    () => new AuthError('unavailable', 'provider', { retryAfterMs: 1e300 }),
    status.UNAVAILABLE,
  ],
  ['returns undefined', () => undefined, status.INTERNAL],
  ['returns true', () => true, status.INTERNAL],
  ['returns an empty object', () => ({}), status.INTERNAL],
  ['resolves to undefined', () => Promise.resolve(), status.INTERNAL],
  ['resolves to true', () => Promise.resolve(true), status.INTERNAL],
  ['resolves to an empty object', () => Promise.resolve({}), status.INTERNAL],
  ['spreads a principal', () => ({ ...principal }), status.INTERNAL],
  ['inherits from a principal', () => Object.create(principal), status.INTERNAL],
  [
    'returns a principal whose expiry is not a number',
    () => createPrincipal({ authenticator: 'odd', expiresAtEpochSeconds: Number.NaN }),
    status.INTERNAL,
  ],
  [
    'accepts a token that is bound to a key',
    () => createPrincipal({ authenticator: 'odd', confirmation: { jkt: 'thumb' } }),
    status.UNAUTHENTICATED,
  ],
];

function raise(thrown: unknown): never {
  throw thrown;
}

function settlesTwice(): unknown {
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- the misbehaviour under test
    then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
      resolve(principal);
      reject(new Error('and now for something else'));
      resolve(undefined);
    },
  };
}

const unhandled: unknown[] = [];
const listen = (error: unknown): void => void unhandled.push(error);

before(() => {
  process.on('unhandledRejection', listen);
  process.on('uncaughtException', listen);
});

after(() => {
  process.off('unhandledRejection', listen);
  process.off('uncaughtException', listen);
  assert.deepEqual(unhandled, []);
});

describe('an authenticator that', () => {
  for (const [what, authenticate, expected] of ODD) {
    it(`${what} ends every call with exactly one status (${status[expected]})`, async () => {
      const odd = { name: 'odd', authenticate: authenticate as Answer };
      const decisions: string[] = [];
      const onDecision = ({ outcome }: { outcome: string }): void => void decisions.push(outcome);
      await withEcho({ authenticator: odd, onDecision }, async ({ server, client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, { authorization: 'Bearer abc' });
          assert.equal(end.code, expected);
        }
        assert.equal(server.seen.handlers, expected === status.OK ? CALL_KINDS.length : 0);
      });
      const outcome = expected === status.OK ? 'allowed' : 'refused';
      assert.deepEqual(decisions, Array(CALL_KINDS.length).fill(outcome));
    });
  }

  it('never settles is ended by the time limit, for a client without a deadline too', async () => {
    const timers: (() => void)[] = [];
    const clock = {
      nowMs: () => 0,
      setTimer(ms: number, fire: () => void) {
        assert.equal(ms, 2_000);
        timers.push(fire);
        return () => undefined;
      },
    };
    const signals: AbortSignal[] = [];
    const never: Authenticator<object> = {
      name: 'never',
      authenticate: (_credentials, { signal }) => {
        signals.push(signal);
        setImmediate(() => timers.shift()?.());
        return new Promise(() => undefined);
      },
    };
    await withEcho(
      { authenticator: never, timeoutMs: 2_000, clock },
      async ({ server, client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, {
            authorization: 'Bearer abc',
            deadlineMs: undefined,
          });
          assert.equal(end.code, status.UNAVAILABLE);
          assert.equal(signals.shift()?.aborted, true, 'the authenticator is notified');
        }
        assert.equal(server.seen.handlers, 0);
      },
    );
  });

  it('gets only the schemes that it lists', async () => {
    let asked = 0;
    const authenticate: Answer = () => {
      asked += 1;
      return principal;
    };
    const other: Authenticator<object> = { name: 'other', schemes: ['dpop'], authenticate };
    await withEcho({ authenticator: other }, async ({ client }) => {
      const end = await client.call('unary', { authorization: 'Bearer abc' });
      assert.equal(end.code, status.UNAUTHENTICATED);
    });
    assert.equal(asked, 0);
  });

  it('fails one call does not affect the next', async () => {
    const sound = hs256();
    let calls = 0;
    const moody: Authenticator<object> = {
      name: 'moody',
      authenticate: (credentials, context) =>
        (calls += 1) === 1 ? raise(new Error('boom')) : sound.authenticate(credentials, context),
    };
    const authorization = `Bearer ${await token()}`;
    await withEcho({ authenticator: moody }, async ({ client }) => {
      assert.equal((await client.call('unary', { authorization })).code, status.INTERNAL);
      assert.equal((await client.call('unary', { authorization })).code, status.OK);
    });
  });
});

describe('an audit log that rejects', () => {
  it('affects no call, and does not end the process', async () => {
    const onDecision: () => unknown = async () => raise(new Error('the disk is full'));
    await withEcho({ authenticator: hs256(), onDecision }, async ({ client }) => {
      const authorization = `Bearer ${await token()}`;
      assert.equal((await client.call('unary', { authorization })).code, status.OK);
    });
  });
});

describe('an extractor that returns something other than credentials', () => {
  for (const [what, given] of [
    ['an empty object', {}],
    ['a promise', Promise.resolve()],
    ['text', 'abc'],
    ['null', null],
  ] as const) {
    it(`(${what}) ends the call with INTERNAL`, async () => {
      const credentials = { headers: ['authorization'], extract: () => given as never };
      await withEcho({ authenticator: hs256(), credentials }, async ({ client }) => {
        assert.equal((await client.call('unary')).code, status.INTERNAL);
      });
    });
  }
});

describe('an extractor that throws', () => {
  it('ends the call with INTERNAL and affects nothing else', async () => {
    const credentials = { headers: ['authorization'], extract: () => raise(new Error('boom')) };
    await withEcho({ authenticator: hs256(), credentials }, async ({ client }) => {
      for (const kind of CALL_KINDS) {
        assert.equal((await client.call(kind)).code, status.INTERNAL);
      }
    });
  });
});
