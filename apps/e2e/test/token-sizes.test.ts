import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import { bearerFromMetadata, type Decision } from '@grpc-authn/core';
import { eventually } from '../support/accounts.ts';
import { OpenClient } from '../support/open-call.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

/** Identifiers as Entra and Keycloak write them. */
function groups(count: number): readonly string[] {
  return Array.from({ length: count }, () => crypto.randomUUID());
}

describe('a token with 150 groups', () => {
  it('is accepted by default, although it is longer than 8,192 bytes', async () => {
    const jwt = await token({ groups: groups(170) });
    assert.ok(jwt.length > 8192 && jwt.length < 16_384);
    await withEcho({ authenticator: hs256() }, async ({ client }) => {
      assert.equal(
        (await client.call('unary', { authorization: `Bearer ${jwt}` })).code,
        status.OK,
      );
      const spaces = await client.call('unary', { authorization: `Bearer  ${jwt}` });
      assert.equal(spaces.code, status.OK, 'RFC 6750 allows 1*SP');
    });
  });
});

describe('a token that is longer than maxTokenBytes', () => {
  const sizes: readonly (readonly [number, number | undefined])[] = [
    [20_000, undefined],
    [40_000, 32_768],
    // More than maxTokenBytes may be: grpc-js lets it arrive all the same.
    [80_000, 65_536],
  ];
  for (const [bytes, maxTokenBytes] of sizes) {
    it(`arrives, and is refused with both sizes: ${bytes} bytes, ${maxTokenBytes ?? 'default'}`, async () => {
      const decisions: Decision[] = [];
      const options = {
        authenticator: hs256(),
        onDecision: (decision: Decision) => void decisions.push(decision),
        ...(maxTokenBytes && { credentials: bearerFromMetadata({ maxTokenBytes }) }),
      };
      await withEcho(options, async ({ client }) => {
        const large = await client.call('unary', { authorization: `Bearer ${'a'.repeat(bytes)}` });
        assert.deepEqual(
          [large.code, large.details],
          [status.UNAUTHENTICATED, 'The credentials are malformed'],
        );
        const good = await client.call('unary', { authorization: `Bearer ${await token()}` });
        assert.equal(good.code, status.OK, 'the connection is still good');
      });
      const [refused] = decisions;
      assert.equal(refused?.error?.reason, 'too_large');
      assert.match(
        String(refused.error.cause),
        new RegExp(
          `expected a token of at most ${maxTokenBytes ?? 16_384} bytes .*, received ${bytes} bytes`,
        ),
      );
    });
  }

  it('is accepted where the option allows it', async () => {
    const jwt = await token({ groups: groups(1000) });
    assert.ok(jwt.length > 50_000 && jwt.length < 65_536);
    const credentials = bearerFromMetadata({ maxTokenBytes: 65_536 });
    await withEcho({ authenticator: hs256(), credentials }, async ({ client }) => {
      assert.equal(
        (await client.call('unary', { authorization: `Bearer ${jwt}` })).code,
        status.OK,
      );
    });
  });
});

describe('headers of 120 kB', () => {
  it('end the connection with all its calls, before any of our code runs', async () => {
    const server = await startEchoServer({ interceptors: [] });
    const client = new OpenClient(server.address);
    try {
      const other = client.open('bidi');
      await eventually(() => server.seen.handlers === 1, 'the other call is open');
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${'a'.repeat(120_000)}`);
      const large = client.open('unary', { metadata });
      const [{ status: end }, { status: otherEnd }] = await Promise.all([large.ended, other.ended]);
      assert.notEqual(end.code, status.OK);
      assert.notEqual(otherEnd.code, status.OK, 'a call without large headers ends, too');
      assert.equal(server.seen.handlers, 1, 'the call did not arrive');
    } finally {
      client.close();
      server.stop();
    }
  });
});
