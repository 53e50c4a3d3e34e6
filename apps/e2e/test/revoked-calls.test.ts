import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { allowAnonymous, anyOf, cached, type Decision, definePolicy } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { type AnyCall, answer, type Respond, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';

const KNOWN = { alice: {}, bob: {} };
const policy = definePolicy({ rules: { 'echo.v1.Echo/*': allowAnonymous() } });

interface Held {
  readonly kind: CallKind;
  readonly call: AnyCall;
  readonly respond: Respond;
}

for (const kind of CALL_KINDS) {
  describe(`an open ${kind} call`, () => {
    it('ends with UNAUTHENTICATED when its caller is revoked, and its handler is notified immediately', async () => {
      const accounts = new Accounts(KNOWN);
      const held: Held[] = [];
      const received: string[] = [];
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision): void => void decisions.push(decision);
      await withHandler(
        { authenticator: accounts, policy, onDecision },
        {
          handle: (which, call, respond) => {
            held.push({ kind: which, call, respond });
            call.on('cancelled', () => received.push('cancelled'));
          },
        },
        async ({ address }) => {
          const client = new OpenClient(address);
          const { ended } = client.open(kind, { authorization: bearer('alice') });
          await eventually(() => held.length === 1, 'the handler runs');
          accounts.revoke(({ subject }) => subject === 'alice');
          // Synchronously: nothing was awaited.
          assert.deepEqual(received, ['cancelled']);
          assert.equal(held[0]?.call.cancelled, true);
          const { status: end } = await ended;
          assert.equal(end.code, status.UNAUTHENTICATED);
          assert.equal(readAuthFailure(end)?.reason, 'TOKEN_INVALID');
          client.close();
        },
      );
      assert.deepEqual(received, ['cancelled']);
      assert.deepEqual(
        decisions.map(({ outcome, error, principal }) => [
          outcome,
          error?.reason,
          principal?.subject,
        ]),
        [
          ['allowed', undefined, 'alice'],
          ['revoked', 'revoked', 'alice'],
        ],
      );
    });

    it('never reaches its handler where the audit log revokes the caller that it reports as accepted', async () => {
      const accounts = new Accounts(KNOWN);
      const outcomes: string[] = [];
      const onDecision = ({ outcome, principal }: Decision): void => {
        outcomes.push(outcome);
        accounts.revoke(({ subject }) => subject === principal?.subject);
      };
      await withHandler(
        { authenticator: accounts, onDecision },
        { handle: answer },
        async ({ client, seen }) => {
          const end = await client.call(kind, { authorization: bearer('alice') });
          assert.equal(end.code, status.UNAUTHENTICATED);
          assert.deepEqual(seen, { messages: 0, handlers: 0 });
        },
      );
      assert.deepEqual(outcomes, ['allowed', 'revoked']);
    });

    it('continues where the event concerns another caller, or only clears caches', async () => {
      const accounts = new Accounts(KNOWN);
      const held: Held[] = [];
      await withHandler(
        { authenticator: accounts, policy },
        { handle: (which, call, respond) => void held.push({ kind: which, call, respond }) },
        async ({ address }) => {
          const client = new OpenClient(address);
          const bob = client.open(kind, { authorization: bearer('bob') });
          const nobody = client.open(kind);
          await eventually(() => held.length === 2, 'the handlers run');
          accounts.revoke(({ subject }) => subject === 'alice');
          accounts.emit({ type: 'keys_changed' });
          await new Promise(setImmediate);
          for (const { kind: which, call, respond } of held) {
            assert.equal(call.cancelled, false);
            answer(which, call, respond);
          }
          if (kind === 'clientStream' || kind === 'bidi') {
            bob.stream.end();
            nobody.stream.end();
          }
          assert.equal((await bob.ended).status.code, status.OK);
          assert.equal((await nobody.ended).status.code, status.OK);
          client.close();
        },
      );
    });

    it('of an anonymous caller is never revoked', async () => {
      const accounts = new Accounts(KNOWN);
      const held: Held[] = [];
      await withHandler(
        { authenticator: accounts, policy },
        { handle: (which, call, respond) => void held.push({ kind: which, call, respond }) },
        async ({ address }) => {
          const client = new OpenClient(address);
          const { stream, ended } = client.open(kind);
          await eventually(() => held.length === 1, 'the handler runs');
          accounts.revoke(() => true);
          assert.equal(held[0]?.call.cancelled, false);
          stream.cancel();
          await ended;
          client.close();
        },
      );
    });
  });
}

describe('a revocation', () => {
  it('ends every matching call, each once', async () => {
    const accounts = new Accounts(KNOWN);
    const decisions: string[] = [];
    const onDecision = ({ outcome }: Decision): void => void decisions.push(outcome);
    await withHandler(
      { authenticator: accounts, onDecision },
      { handle: () => undefined },
      async ({ address, seen }) => {
        const client = new OpenClient(address);
        const calls = Array.from({ length: 40 }, (_, index) =>
          client.open(CALL_KINDS[index % 4]!, { authorization: bearer('alice') }),
        );
        await eventually(() => seen.handlers === 40, 'the handlers run');
        accounts.revoke(() => true);
        accounts.revoke(() => true);
        for (const { ended } of calls) {
          assert.equal((await ended).status.code, status.UNAUTHENTICATED);
        }
        client.close();
      },
    );
    assert.equal(decisions.filter((outcome) => outcome === 'revoked').length, 40);
    assert.equal(decisions.length, 80);
  });

  it('whose matcher throws matches every call', async () => {
    const accounts = new Accounts(KNOWN);
    await withHandler(
      { authenticator: accounts },
      { handle: () => undefined },
      async ({ address, seen }) => {
        const client = new OpenClient(address);
        const { ended } = client.open('bidi', { authorization: bearer('alice') });
        await eventually(() => seen.handlers === 1, 'the handler runs');
        accounts.revoke(() => {
          throw new Error('boom');
        });
        assert.equal((await ended).status.code, status.UNAUTHENTICATED);
        client.close();
      },
    );
  });

  it('is forwarded by a cache and a composition', async () => {
    const accounts = new Accounts(KNOWN);
    const others = new Accounts({}, { name: 'others' });
    const named = Object.assign(accounts, { issuers: ['https://a'] });
    const authenticator = anyOf(cached(named), Object.assign(others, { issuers: ['https://b'] }));
    await withHandler({ authenticator }, { handle: () => undefined }, async ({ address, seen }) => {
      const client = new OpenClient(address);
      const { ended } = client.open('serverStream', { authorization: bearer('alice') });
      await eventually(() => seen.handlers === 1, 'the handler runs');
      accounts.revoke(({ subject }) => subject === 'alice');
      assert.equal((await ended).status.code, status.UNAUTHENTICATED);
      client.close();
    });
  });

  it('does not reach an ended call', async () => {
    const accounts = new Accounts(KNOWN);
    const decisions: string[] = [];
    const onDecision = ({ outcome }: Decision): void => void decisions.push(outcome);
    let asked = 0;
    await withHandler(
      { authenticator: accounts, onDecision },
      { handle: answer },
      async ({ client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, { authorization: bearer('alice') });
          assert.equal(end.code, status.OK);
        }
        // The server may notice the end of a call after its client.
        await eventually(() => {
          asked = 0;
          accounts.revoke(() => {
            asked += 1;
            return false;
          });
          return asked === 0;
        }, 'no call is open');
        accounts.revoke(() => true);
      },
    );
    assert.deepEqual(decisions, Array(CALL_KINDS.length).fill('allowed'));
  });
});
