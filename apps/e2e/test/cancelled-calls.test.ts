import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { Authenticator, Decision } from '@grpc-authn/core';
import { CALL_KINDS } from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

/** Delays every call until it is released, and reports when the signal is aborted. */
function holding(): {
  readonly authenticator: Authenticator<object>;
  readonly asked: Promise<void>;
  readonly aborted: Promise<void>;
  release(): void;
} {
  const [asked, onAsked] = promise();
  const [aborted, onAborted] = promise();
  const [released, release] = promise();
  const sound = hs256();
  return {
    asked,
    aborted,
    release,
    authenticator: {
      name: 'holding',
      async authenticate(credentials, context) {
        context.signal.addEventListener('abort', onAborted);
        onAsked();
        await released;
        return sound.authenticate(credentials, context);
      },
    },
  };
}

function promise(): [Promise<void>, () => void] {
  let resolve = (): void => undefined;
  return [new Promise((done) => (resolve = done)), () => resolve()];
}

for (const kind of CALL_KINDS) {
  describe(`a ${kind} call that an earlier interceptor delays`, () => {
    it('is not verified where its client cancels meanwhile', async () => {
      let asked = 0;
      const authenticator: Authenticator<object> = {
        name: 'counting',
        authenticate: (...call) => {
          asked += 1;
          return hs256().authenticate(...call);
        },
      };
      const [reached, onReached] = promise();
      const [released, release] = promise();
      const [cancelled, onCancelled] = promise();
      // A handwritten listener: the one of grpc-js forwards nothing once the call is cancelled.
      const holdUp: ServerInterceptor = (_method, call) =>
        Object.assign(new ServerInterceptingCall(call), {
          start: (listener: Parameters<ServerInterceptingCall['start']>[0]) =>
            call.start({
              onReceiveMetadata: (metadata) => {
                onReached();
                void released.then(() => listener.onReceiveMetadata(metadata));
              },
              onReceiveMessage: (message) => listener.onReceiveMessage(message),
              onReceiveHalfClose: () => listener.onReceiveHalfClose(),
              onCancel: () => {
                listener.onCancel();
                onCancelled();
              },
            }),
        });
      await withEcho(
        { authenticator },
        async ({ server, client }) => {
          const authorization = `Bearer ${await token()}`;
          const onStart = (cancel: () => void): void => void reached.then(cancel);
          const end = await client.call(kind, { authorization, onStart });
          assert.equal(end.code, status.CANCELLED);
          await cancelled;
          release();
          await new Promise(setImmediate);
          assert.equal(server.seen.handlers, 0);
        },
        { interceptors: [holdUp] },
      );
      assert.equal(asked, 0);
    });
  });

  describe(`a ${kind} call that is still being authenticated`, () => {
    it('aborts the signal of the authenticator when the client cancels, and never runs the handler', async () => {
      const held = holding();
      const [decided, onDecided] = promise();
      const decisions: Decision['outcome'][] = [];
      const onDecision = ({ outcome }: Decision): void => {
        decisions.push(outcome);
        onDecided();
      };
      await withEcho({ authenticator: held.authenticator, onDecision }, async (echo) => {
        const authorization = `Bearer ${await token()}`;
        const onStart = (cancel: () => void): void => void held.asked.then(cancel);
        const end = await echo.client.call(kind, { authorization, onStart });
        assert.equal(end.code, status.CANCELLED);
        await held.aborted;
        await decided;
        held.release();
        await new Promise(setImmediate);
        assert.equal(echo.server.seen.handlers, 0);
      });
      assert.deepEqual(decisions, ['cancelled']);
    });

    it("ends before the client's deadline, so that the outage is seen as one (rule 45)", async () => {
      const held = holding();
      await withEcho({ authenticator: held.authenticator }, async ({ server, client }) => {
        const authorization = `Bearer ${await token()}`;
        const end = await client.call(kind, { authorization, deadlineMs: 1000 });
        assert.equal(end.code, status.UNAVAILABLE);
        await held.aborted;
        held.release();
        await new Promise(setImmediate);
        assert.equal(server.seen.handlers, 0);
      });
    });
  });
}
