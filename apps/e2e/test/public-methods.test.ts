import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  currentPrincipal,
  definePolicy,
  findPrincipal,
  getPrincipal,
  publicMethod,
} from '@grpc-authn/core';
import { Accounts, bearer } from '../support/accounts.ts';
import { CALL_KINDS } from '../support/echo-server.ts';
import { answer, withHandler } from '../support/handler-server.ts';

const policy = definePolicy({ rules: { 'echo.v1.Echo/*': publicMethod() } });

for (const kind of CALL_KINDS) {
  describe(`a public ${kind} method`, () => {
    it('never reads credentials', async () => {
      const authenticator = new Accounts();
      const decisions: unknown[] = [];
      const onDecision = (decision: unknown): void => void decisions.push(decision);
      const seen: unknown[] = [];
      await withHandler(
        { authenticator, policy, onDecision },
        {
          handle: (which, call, respond) => {
            seen.push(call.metadata.get('authorization'));
            answer(which, call, respond);
          },
        },
        async ({ client }) => {
          for (const authorization of [bearer('alice'), 'Bearer forged', 'Bearer a b', 'Basic x']) {
            assert.equal((await client.call(kind, { authorization })).code, status.OK);
          }
          assert.equal((await client.call(kind)).code, status.OK);
        },
      );
      assert.equal(authenticator.asked, 0);
      assert.deepEqual(decisions, []);
      // The handler needs no credentials, so it sees none.
      assert.deepEqual(seen, [[], [], [], [], []]);
    });

    it('keeps the credentials where the token is forwarded', async () => {
      const seen: unknown[] = [];
      await withHandler(
        { authenticator: new Accounts(), policy, forwardToken: 'always' },
        {
          handle: (which, call, respond) => {
            seen.push(call.metadata.get('authorization'));
            answer(which, call, respond);
          },
        },
        async ({ client }) => {
          assert.equal((await client.call(kind, { authorization: 'Bearer t' })).code, status.OK);
        },
      );
      assert.deepEqual(seen, [['Bearer t']]);
    });

    it('has no principal, not even an anonymous one', async () => {
      const thrown: string[] = [];
      const ask = (asked: () => unknown): void => {
        try {
          thrown.push(`gave ${String(asked())}`);
        } catch (error) {
          thrown.push((error as Error).message.slice(0, 30));
        }
      };
      await withHandler(
        { authenticator: new Accounts(), policy, propagation: 'async_context' },
        {
          handle: (which, call, respond) => {
            ask(() => findPrincipal(call));
            ask(() => getPrincipal(call));
            ask(() => currentPrincipal());
            answer(which, call, respond);
          },
        },
        async ({ client }) => {
          await client.call(kind, { authorization: bearer('alice') });
        },
      );
      const unseen = 'grpc-authn never saw this call';
      assert.deepEqual(thrown, [unseen, unseen, 'currentPrincipal: this code ru']);
    });
  });
}
