import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Metadata, status } from '@grpc/grpc-js';
import {
  allowAnonymous,
  type AuthInterceptorOptions,
  currentPrincipal,
  definePolicy,
} from '@grpc-authn/core';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { type AnyCall, answer, type Respond, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';

const CALLERS = ['alice', 'bob', 'carol', 'dave'] as const;
const KNOWN = Object.fromEntries(CALLERS.map((name) => [name, {}]));
const MESSAGES = 5;

function subject(): string {
  try {
    return currentPrincipal()?.subject ?? 'anonymous';
  } catch {
    return 'unknown';
  }
}

/** The caller at each event of each call, by the name that the client sent in its first message. */
class Log {
  readonly #seen: (readonly [caller: string, event: string, subject: string])[] = [];

  note(caller: string, event: string): void {
    this.#seen.push([caller, event, subject()]);
  }

  /** How often an event occurred, and how often it ran as the caller of the call. */
  count(event: string): { readonly seen: number; readonly right: number } {
    const events = this.#seen.filter(([, name]) => name === event);
    const right = events.filter(([caller, , shown]) => caller === shown);
    return { seen: events.length, right: right.length };
  }
}

/** Records the caller at every event, and answers once the client has sent everything. */
function noting(log: Log, respondAtEnd: boolean) {
  return (kind: CallKind, call: AnyCall, respond: Respond): void => {
    const caller = String(call.metadata.get('x-caller')[0]);
    const note = (event: string): void => log.note(caller, event);
    note('start');
    call.on('cancelled', () => note('cancelled'));
    void sleep(5).then(() => note('later'));
    if (kind === 'clientStream' || kind === 'bidi') {
      call.on('data', () => note('data'));
      call.on('end', () => {
        note('end');
        if (respondAtEnd && kind === 'clientStream') respond(null, 'done');
        if (respondAtEnd && kind === 'bidi') call.end();
      });
    } else if (respondAtEnd) {
      void sleep(10).then(() => {
        note('end');
        answer(kind, call, respond);
      });
    }
  };
}

for (const late of [false, true]) {
  for (const kind of CALL_KINDS) {
    describe(`currentPrincipal() in a ${kind} call that is verified ${late ? 'later' : 'at once'}`, () => {
      const options = (): AuthInterceptorOptions => ({
        authenticator: new Accounts(KNOWN, { late }),
        propagation: 'async_context',
      });
      const sendsMany = kind === 'clientStream' || kind === 'bidi';

      it('is the caller at the start, at each message, at the end and afterwards', async () => {
        const log = new Log();
        await withHandler(options(), { handle: noting(log, true) }, async ({ address }) => {
          const client = new OpenClient(address);
          // All over one connection, with their messages interleaved.
          const calls = CALLERS.map((name) => openAs(client, kind, name));
          const more = sendsMany ? MESSAGES - 1 : 0;
          for (let sent = 0; sent < more; sent += 1) {
            await sleep(3);
            for (const { stream } of calls) stream.write('more');
          }
          for (const { stream } of sendsMany ? calls : []) stream.end();
          for (const { ended } of calls) assert.equal((await ended).status.code, status.OK);
          await eventually(() => log.count('later').seen === CALLERS.length, 'later events');
          client.close();
        });
        const all = CALLERS.length;
        assert.deepEqual(log.count('start'), { seen: all, right: all });
        assert.deepEqual(log.count('later'), { seen: all, right: all });
        assert.deepEqual(log.count('end'), { seen: all, right: all });
        const messages = sendsMany ? all * MESSAGES : 0;
        assert.deepEqual(log.count('data'), { seen: messages, right: messages });
      });

      it('is the caller when the client cancels', async () => {
        const log = new Log();
        await withHandler(options(), { handle: noting(log, false) }, async ({ address, seen }) => {
          const client = new OpenClient(address);
          const calls = CALLERS.map((name) => openAs(client, kind, name));
          await eventually(() => seen.handlers === CALLERS.length, 'the handlers run');
          for (const { stream } of calls) stream.cancel();
          await eventually(
            () => log.count('cancelled').seen === CALLERS.length,
            'all are notified',
          );
          client.close();
        });
        assert.deepEqual(log.count('cancelled'), { seen: CALLERS.length, right: CALLERS.length });
      });

      it('is the caller when the call is revoked', async () => {
        const log = new Log();
        const accounts = new Accounts(KNOWN, { late });
        const revoking = { ...options(), authenticator: accounts };
        await withHandler(revoking, { handle: noting(log, false) }, async ({ address, seen }) => {
          const client = new OpenClient(address);
          const calls = CALLERS.map((name) => openAs(client, kind, name));
          await eventually(() => seen.handlers === CALLERS.length, 'the handlers run');
          accounts.revoke(() => true);
          for (const { ended } of calls) await ended;
          await eventually(
            () => log.count('cancelled').seen === CALLERS.length,
            'all are notified',
          );
          client.close();
        });
        assert.deepEqual(log.count('cancelled'), { seen: CALLERS.length, right: CALLERS.length });
      });
    });
  }
}

for (const kind of CALL_KINDS) {
  describe(`currentPrincipal() in a ${kind} call`, () => {
    it('is undefined for an anonymous caller', async () => {
      const log = new Log();
      const policy = definePolicy({ rules: { 'echo.v1.Echo/*': allowAnonymous() } });
      const authenticator = new Accounts();
      await withHandler(
        { authenticator, policy, propagation: 'async_context' },
        { handle: noting(log, true) },
        async ({ address }) => {
          const client = new OpenClient(address);
          const { ended, stream } = openAs(client, kind, 'anonymous', false);
          if (kind === 'clientStream' || kind === 'bidi') stream.end();
          assert.equal((await ended).status.code, status.OK);
          client.close();
        },
      );
      assert.deepEqual(log.count('start'), { seen: 1, right: 1 });
      assert.deepEqual(log.count('end'), { seen: 1, right: 1 });
    });

    it('throws where it is not enabled, and does not look anonymous', async () => {
      const log = new Log();
      await withHandler(
        { authenticator: new Accounts(KNOWN) },
        { handle: noting(log, true) },
        async ({ address }) => {
          const client = new OpenClient(address);
          const { ended, stream } = openAs(client, kind, 'alice');
          if (kind === 'clientStream' || kind === 'bidi') stream.end();
          assert.equal((await ended).status.code, status.OK);
          client.close();
        },
      );
      assert.deepEqual(log.count('start'), { seen: 1, right: 0 });
      assert.deepEqual(log.count('end'), { seen: 1, right: 0 });
      assert.equal(subject(), 'unknown');
    });
  });
}

describe('currentPrincipal()', () => {
  it('throws outside of a call, with an explanation', () => {
    assert.throws(() => currentPrincipal(), /propagation: 'async_context'/);
  });

  it('has no caller in code that outlives the call', async () => {
    const authenticator = new Accounts();
    await withHandler(
      { authenticator, propagation: 'async_context' },
      { handle: answer },
      async ({ client }) => {
        await client.call('unary', { authorization: bearer('alice') });
        assert.equal(subject(), 'unknown');
      },
    );
  });
});

function openAs(client: OpenClient, kind: CallKind, name: string, authorize = true) {
  const open = client.open(kind, {
    metadata: callerMetadata(name),
    ...(authorize ? { authorization: bearer(name) } : {}),
  });
  return open;
}

/** The client sends its name, so that the log can compare. */
function callerMetadata(name: string): Metadata {
  const metadata = new Metadata();
  metadata.set('x-caller', name);
  return metadata;
}
