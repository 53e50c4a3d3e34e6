import assert from 'node:assert/strict';
import { it, describe } from 'node:test';
import { experimental, InterceptingCall, type Interceptor, status as Status } from '@grpc/grpc-js';
import { CALL_KINDS } from '../support/echo-server.ts';
import { token } from '../support/tokens.ts';
import { withTokenClient } from '../support/with-token-client.ts';

/** Loopback, in a form that is not recognized. */
const otherName = (port: number): string => `127.1:${port}`;

for (const kind of CALL_KINDS) {
  describe(`a ${kind} call of a client with a token source`, () => {
    it('is not sent in plaintext to another host', async () => {
      await withTokenClient(
        [() => token()],
        async ({ client, requests }) => {
          const { code, details } = await client.call(kind);
          assert.equal(code, Status.UNAUTHENTICATED);
          assert.match(
            details,
            /dns:orders\.invalid:1 is plaintext.*channel: 'dangerously_plaintext'/,
          );
          assert.equal(requests(), 0);
        },
        { target: () => 'orders.invalid:1' },
      );
    });

    it('is sent in plaintext where this is written out', async () => {
      await withTokenClient(
        [() => token()],
        async ({ client, server }) => {
          assert.equal((await client.call(kind)).code, Status.OK);
          assert.equal(server.seen.handlers, 1);
        },
        { target: otherName, send: { channel: 'dangerously_plaintext' } },
      );
    });
  });
}

it('plaintext is seen below other interceptors, too', async () => {
  const passes: Interceptor = (options, nextCall) => new InterceptingCall(nextCall(options));
  await withTokenClient(
    [() => token()],
    async ({ client, requests }) => {
      assert.equal((await client.call('unary')).code, Status.UNAUTHENTICATED);
      assert.equal(requests(), 0);
    },
    { target: () => 'orders.invalid:1', inner: [passes, passes] },
  );
});

/** What a client with this target gets for a call, and how many tokens were requested for it. */
async function callTo(
  target: string,
): Promise<{ readonly code: number; readonly requests: number }> {
  let result = { code: -1, requests: 0 };
  await withTokenClient(
    [() => token()],
    async ({ client, requests }) => {
      const { code } = await client.call('unary', { deadlineMs: 2000 });
      result = { code, requests: requests() };
    },
    { target: () => target },
  );
  return result;
}

/** Its addresses may be anywhere, whatever its path looks like. */
class ElsewhereResolver {
  updateResolution(): void {}
  destroy(): void {}
  static getDefaultAuthority(): string {
    return 'orders';
  }
}

describe('plaintext elsewhere', () => {
  it('is what a user-defined resolver may lead to, also with a path of localhost', async () => {
    experimental.registerResolver('elsewhere', ElsewhereResolver);
    for (const target of [
      'elsewhere:localhost',
      'elsewhere:127.0.0.1:1',
      'elsewhere:///localhost',
    ]) {
      assert.deepEqual(
        [target, await callTo(target)],
        [target, { code: Status.UNAUTHENTICATED, requests: 0 }],
      );
    }
  });

  it('is one remote address among several', async () => {
    for (const target of ['ipv4:127.0.0.1:1,203.0.113.1:1', 'ipv4:203.0.113.1:1,127.0.0.1:1']) {
      assert.deepEqual(
        [target, await callTo(target)],
        [target, { code: Status.UNAUTHENTICATED, requests: 0 }],
      );
    }
  });

  it('is a name that only begins or ends like loopback', async () => {
    for (const target of ['localhost.invalid:1', '127.0.0.1.invalid:1', 'x.localhost.invalid:1']) {
      assert.deepEqual(
        [target, await callTo(target)],
        [target, { code: Status.UNAUTHENTICATED, requests: 0 }],
      );
    }
  });

  it('is what is behind an HTTP proxy on this machine', async () => {
    process.env['grpc_proxy'] = 'http://127.0.0.1:1';
    try {
      const target = 'orders.invalid:50051';
      assert.deepEqual(await callTo(target), { code: Status.UNAUTHENTICATED, requests: 0 });
    } finally {
      delete process.env['grpc_proxy'];
    }
  });
});
