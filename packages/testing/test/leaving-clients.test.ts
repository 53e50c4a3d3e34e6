import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startTestIssuer } from '../src/index.ts';

it('a client that leaves in the middle of a question costs the test no unhandled rejection', async () => {
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
  // The server notices in one of its next turns; a rejection is told a turn later.
  await setTimeout(50);
  expect(unhandled).toEqual([]);
  expect((await fetch(issuer.jwksUri)).status).toBe(200);
});
