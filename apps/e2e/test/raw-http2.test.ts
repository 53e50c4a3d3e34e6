import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, describe, it, mock } from 'node:test';
import { logVerbosity, setLogger, setLogVerbosity, status } from '@grpc/grpc-js';
import type { AuthInterceptorOptions, Decision } from '@grpc-authn/core';
import { CALL_KINDS } from '../support/echo-server.ts';
import { frame, RawClient } from '../support/raw-client.ts';
import { sendRawHeaders } from '../support/raw-frames.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const UNAUTHENTICATED = String(status.UNAUTHENTICATED);

async function withRaw(
  body: (raw: RawClient, seen: { handlers: number; messages: number }) => Promise<void>,
  options: AuthInterceptorOptions = { authenticator: hs256() },
): Promise<void> {
  await withEcho(options, async ({ server }) => {
    const raw = new RawClient(server.port);
    try {
      await body(raw, server.seen);
    } finally {
      raw.close();
    }
  });
}

afterEach(() => {
  mock.restoreAll();
  setLogger(console);
  setLogVerbosity(logVerbosity.ERROR);
});

describe('a client that speaks raw HTTP/2', () => {
  for (const kind of CALL_KINDS) {
    it(`gets a trailers-only refusal of a ${kind} call`, async () => {
      await withRaw(async (raw, seen) => {
        const { fields } = await raw.call(kind, {});
        assert.equal(fields[':status'], 200);
        assert.equal(fields['grpc-status'], UNAUTHENTICATED);
        assert.equal(fields['www-authenticate'], 'Bearer realm="grpc"');
        assert.deepEqual(seen, { messages: 0, handlers: 0 });
      });
    });
  }

  it('is accepted with a good token', async () => {
    await withRaw(async (raw, seen) => {
      const { fields } = await raw.call('unary', { authorization: `Bearer ${await token()}` });
      assert.equal(fields['grpc-status'], '0');
      assert.equal(seen.handlers, 1);
    });
  });

  it('is verified by the first of two authorization fields, because Node drops the second', async () => {
    const [good, bad] = [`Bearer ${await token()}`, 'Bearer not-a-token'];
    const outcomes: string[] = [];
    let onOutcome = (): void => undefined;
    const onDecision = ({ outcome }: Decision): void => {
      outcomes.push(outcome);
      onOutcome();
    };
    await withEcho({ authenticator: hs256(), onDecision }, async ({ server }) => {
      for (const values of [
        [good, bad],
        [bad, good],
      ]) {
        const decided = new Promise<void>((resolve) => (onOutcome = resolve));
        const fields = values.map((value) => ['authorization', value] as const);
        const socket = sendRawHeaders(server.port, '/echo.v1.Echo/unary', fields);
        await decided;
        socket.destroy();
      }
    });
    assert.deepEqual(outcomes, ['allowed', 'refused']);
  });

  for (const [what, byte] of [
    ['a TAB', '\t'],
    ['a byte from 0x80 up', '\u00e9'],
  ] as const) {
    it(`seems to have sent no field where it contains ${what}, and grpc-js prints the value`, async () => {
      const printed = mock.method(console, 'error', () => undefined);
      await withRaw(async (raw) => {
        const { fields } = await raw.call('unary', { authorization: `Bearer canary${byte}x` });
        assert.equal(fields['grpc-status'], UNAUTHENTICATED);
        assert.equal(
          fields['grpc-message'],
          encodeURI('Authentication required: send a bearer token'),
        );
      });
      const lines = printed.mock.calls.map(({ arguments: parts }) => parts.join(' '));
      assert.match(lines.join('\n'), /canary/);
    });

    it(`is not printed by grpc-js for ${what} once the logger is set, as SECURITY.md says`, async () => {
      const printed = mock.method(console, 'error', () => undefined);
      setLogger({ ...console, error: () => undefined });
      await withRaw(async (raw) => {
        await raw.call('unary', { authorization: `Bearer canary${byte}x` });
      });
      assert.equal(printed.mock.callCount(), 0);
    });
  }

  it('loses its whole connection with a megabyte of headers', async () => {
    await withRaw(async (raw, seen) => {
      const closed = once(raw.session, 'close');
      const huge = Object.fromEntries(
        Array.from({ length: 64 }, (_, index) => [`x-filler-${index}`, 'x'.repeat(16_000)]),
      );
      void raw.call('unary', huge);
      await closed;
      assert.equal(seen.handlers, 0);
    });
  });

  it('may send 63 KiB of headers', async () => {
    await withRaw(async (raw) => {
      const filler = Object.fromEntries(
        Array.from({ length: 4 }, (_, index) => [`x-filler-${index}`, 'x'.repeat(15_500)]),
      );
      const fields = { authorization: `Bearer ${await token()}`, ...filler };
      assert.ok(Object.entries(fields).join('').length > 62_000);
      assert.equal((await raw.call('unary', fields)).fields['grpc-status'], '0');
    });
  });

  it('is answered before it has sent its announced message', async () => {
    await withRaw(async (raw, seen) => {
      const announced = frame(Buffer.from('x'.repeat(1_000_000))).subarray(0, 10);
      const { fields } = await raw.call('unary', {}, announced);
      assert.equal(fields['grpc-status'], UNAUTHENTICATED);
      assert.equal(seen.messages, 0);
    });
  });
});
