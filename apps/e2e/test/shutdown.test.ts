import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Server, status } from '@grpc/grpc-js';
import { wrapAuthenticator } from '@grpc-authn/core';
import { createJwtAuthenticator, importKeySet } from '@grpc-authn/jwt';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { bearer, eventually } from '../support/accounts.ts';
import { answer, type Handle, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { AUDIENCE, hs256, ISSUER, token } from '../support/tokens.ts';
import { allWait, withCalls } from '../support/waiting-calls.ts';
import { WaitingClock } from '../support/waiting-clock.ts';

const SERVER = fileURLToPath(new URL('../support/shutdown-server.js', import.meta.url));

function tryShutdown(
  server: Server,
): Promise<Error | undefined> & { readonly isOver: () => boolean } {
  let isOver = false;
  const ended = new Promise<Error | undefined>((resolve) =>
    server.tryShutdown((error) => {
      isOver = true;
      resolve(error);
    }),
  );
  return Object.assign(ended, { isOver: () => isOver });
}

describe('tryShutdown', () => {
  it('waits for calls that wait for a provider that hangs: their time limit answers them', async () => {
    await withCalls(async (subject) => {
      const { server, authenticator, clock, outcomes, assertNothingLeft } = subject;
      const calls = await allWait(subject);
      const ended = tryShutdown(server.server);
      clock.advance(999);
      await new Promise(setImmediate);
      assert.deepEqual(outcomes, ['allowed']);
      clock.advance(1);
      for (const call of calls) assert.equal((await call).code, status.UNAVAILABLE);
      assert.deepEqual(outcomes, ['allowed', ...calls.map(() => 'refused')]);
      // The open stream has no expiry before an hour.
      assert.equal(ended.isOver(), false);
      clock.advance(3_600_000);
      assert.equal(await ended, undefined);
      assertNothingLeft();
      await authenticator.close();
      assert.equal(authenticator.closed, 1);
    });
  });

  it('waits for streams, which end when their tokens expire', async () => {
    const clock = new WaitingClock();
    const nowSeconds = clock.nowMs() / 1000;
    const authorization = bearer(await token({ iat: nowSeconds, exp: nowSeconds + 2 }));
    const authenticator = hs256(clock);
    const options = { authenticator, clock, streams: { graceSeconds: 0 } };
    let notified = 0;
    const handle: Handle = (_kind, call) => void call.on('cancelled', () => (notified += 1));
    await withHandler(options, { handle }, async ({ address, seen, server }) => {
      const client = new OpenClient(address);
      const streams = [1, 2, 3].map(() => client.open('bidi', { authorization }));
      await eventually(() => seen.handlers === 3, 'the streams are open');
      const ended = tryShutdown(server);
      clock.advance(2000);
      for (const stream of streams) {
        assert.equal((await stream.ended).status.code, status.UNAUTHENTICATED);
      }
      assert.equal(await ended, undefined);
      assert.deepEqual([notified, clock.waiting], [3, 0]);
      client.close();
      await authenticator.close();
    });
  });

  it('waits for calls that wait for their signature check, and all are answered', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES512', { extractable: true });
    const keys = importKeySet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES512' }] });
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: `user-${index}` })
          .setProtectedHeader({ alg: 'ES512' })
          .setIssuedAt()
          .setExpirationTime('1h')
          .sign(privateKey),
      ),
    );
    const jwt = createJwtAuthenticator({
      name: 'jwt',
      keys,
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['ES512'],
    });
    let shutdown = (): void => undefined;
    let [asked, waiting] = [0, 0];
    const authenticator = wrapAuthenticator(jwt, {
      authenticate(next) {
        const verdict = next();
        if (verdict instanceof Promise) {
          waiting += 1;
          void verdict.then(() => (waiting -= 1));
        }
        asked += 1;
        if (asked === tokens.length) shutdown();
        return verdict;
      },
    });
    await withHandler({ authenticator }, { handle: answer }, async ({ client, server }) => {
      let ended: Promise<Error | undefined> | undefined;
      let waited = 0;
      shutdown = () => {
        waited = waiting;
        ended = tryShutdown(server);
      };
      const calls = tokens.map((good) => client.call('unary', { authorization: bearer(good) }));
      for (const call of calls) assert.equal((await call).code, status.OK);
      assert.ok(waited > 0, 'some calls wait when the server shuts down');
      assert.equal(await ended, undefined);
      await authenticator.close();
    });
  });
});

describe('drain', () => {
  it('ends the waiting calls and the open streams that are left after its grace time', async () => {
    await withCalls(async (subject) => {
      const { server, outcomes, notified, assertNothingLeft } = subject;
      const calls = await allWait(subject);
      server.server.drain(server.address, 100);
      for (const call of calls) assert.notEqual((await call).code, status.OK);
      await eventually(() => outcomes.length === 1 + calls.length, 'all are recorded');
      assert.deepEqual(outcomes, ['allowed', ...calls.map(() => 'cancelled')]);
      await eventually(() => notified() === 1, 'the stream has ended');
      assertNothingLeft();
      // It drains connections and does not stop the server.
      const options = {
        authorization: bearer('alice'),
        onStart: (cancel: () => void) => void setTimeout(cancel, 500),
      };
      await server.client.call('unary', options);
      assert.equal(server.seen.handlers, 2);
    });
  });
});

describe('forceShutdown', () => {
  it('ends waiting calls and open streams at once', async () => {
    await withCalls(async (subject) => {
      const { server, authenticator, outcomes, notified, assertNothingLeft } = subject;
      const calls = await allWait(subject);
      const ended = tryShutdown(server.server);
      server.server.forceShutdown();
      for (const call of calls) assert.notEqual((await call).code, status.OK);
      // The callback of a tryShutdown() that is in progress is called, too.
      assert.equal(await ended, undefined);
      await eventually(() => notified() === 1, 'the stream has ended');
      assert.deepEqual(outcomes, ['allowed', ...calls.map(() => 'cancelled')]);
      assertNothingLeft();
      await authenticator.close();
    });
  });
});

describe('a process that shuts down in the order of the docs', () => {
  it('answers the calls that wait, ends the streams that are left, and ends', async () => {
    const child = fork(SERVER, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    let lines = '';
    child.stdout?.on('data', (data: Buffer) => (lines += data.toString()));
    const exit = once(child, 'exit');
    try {
      await eventually(() => lines.includes('listening'), 'the server listens');
      const client = new OpenClient(`127.0.0.1:${/listening (\d+)/.exec(lines)?.[1]}`);
      const stream = client.open('bidi', { authorization: bearer('alice') });
      await eventually(() => lines.includes('allowed'), 'the stream is open');
      const waiting = client.open('unary', { authorization: bearer('hanging') });
      // The server has read it when it answers a call that was sent later.
      const later = client.open('unary', { authorization: bearer('nobody') });
      assert.equal((await later.ended).status.code, status.UNAUTHENTICATED);
      child.send('stop');
      assert.equal((await waiting.ended).status.code, status.UNAVAILABLE);
      assert.notEqual((await stream.ended).status.code, status.OK);
      assert.deepEqual(await exit, [0, null]);
      assert.match(lines, /stopping\nrefused timeout\nclosed\n$/);
      client.close();
    } finally {
      child.kill('SIGKILL');
    }
  });
});
