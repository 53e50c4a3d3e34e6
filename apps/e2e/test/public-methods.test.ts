import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ServerInterceptor, ServerInterceptingCall, status } from '@grpc/grpc-js';
import {
  createAuthInterceptor,
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
      // The call is not touched: what was sent is still there.
      const sent = [bearer('alice'), 'Bearer forged', 'Bearer a b', 'Basic x'];
      assert.deepEqual(seen, [...sent.map((value) => [value]), []]);
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

it('a public method gets its call unchanged', () => {
  const interceptor = createAuthInterceptor({ authenticator: new Accounts(), policy });
  const method = { path: '/echo.v1.Echo/unary' } as Parameters<ServerInterceptor>[0];
  const call = Object.create(ServerInterceptingCall.prototype) as Parameters<ServerInterceptor>[1];
  assert.equal(interceptor(method, call), call);
  const other = { path: '/echo.v1.Other/unary' } as Parameters<ServerInterceptor>[0];
  assert.notEqual(interceptor(other, call), call);
});
