import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startTestIssuer } from '../src/index.ts';

it('a client that disconnects in the middle of a request causes no unhandled rejection', async () => {
  const issuer = await startTestIssuer();
  onTestFinished(() => issuer.close());
  const unhandled: unknown[] = [];
  const note = (reason: unknown): number => unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const { port } = new URL(issuer.introspectionEndpoint);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /introspect HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\ntoken=');
  await expect.poll(() => issuer.requests.introspection).toBe(1);
  socket.destroy();
  expect((await fetch(issuer.jwksUri)).status).toBe(200);
  // Resolves once the server has seen the end of each connection; a rejection is reported a turn later.
  await issuer.close();
  await setImmediate();
  expect(unhandled).toEqual([]);
});
