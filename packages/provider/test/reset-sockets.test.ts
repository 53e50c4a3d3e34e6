import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, createCertificate } from './support/certificates.ts';
import { ResetSockets } from '../src/fetch/reset-sockets.ts';
import { createGuardedFetch, problemOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

let certificate: Certificate;
beforeAll(async () => {
  certificate = await createCertificate('provider');
});

type Loss = (response: ServerResponse, request: IncomingMessage) => void;
const socketOf = (response: ServerResponse): Socket => response.socket as Socket;

const reset: Loss = (response) => void socketOf(response).resetAndDestroy();
const close: Loss = (response) => void socketOf(response).destroy();

/** Answers one request, and loses so many that follow. */
async function startLosing(losses: number, lose: Loss, tls?: Certificate) {
  const provider = await startProvider((request, response) => {
    const asked = provider.requests.length;
    if (asked > 1 && asked <= 1 + losses) lose(response, request);
    else response.end('{}');
  }, tls);
  const fetch = createGuardedFetch(tls === undefined ? {} : { ca: tls.cert }, { maxSockets: 1 });
  const ask = () =>
    fetch.fetch(provider.url, { method: 'POST', body: new URLSearchParams({ token: 'a' }) });
  return { ask, provider };
}

describe('a kept-alive socket that is lost before any byte of an answer', () => {
  it.each<readonly [string, Loss, boolean]>([
    ['reset', reset, false],
    ['closed', close, false],
    ['closed, with TLS', close, true],
  ])('has its request sent once more: %s', async (_, lose, tls) => {
    const { ask, provider } = await startLosing(1, lose, tls ? certificate : undefined);
    await ask();
    expect((await ask()).status).toBe(200);
    expect(provider.requests).toHaveLength(3);
    expect(provider.opened()).toBe(2);
  });

  it('has it sent no second time', async () => {
    const { ask, provider } = await startLosing(2, reset);
    await ask();
    expect(await problemOf(ask())).toBe('connection');
    expect(provider.requests).toHaveLength(3);
  });
});

describe('a request is not sent again', () => {
  it.each<readonly [string, Loss]>([
    [
      'after the first byte of an answer',
      (response) => {
        socketOf(response).write('H', () => socketOf(response).destroy());
      },
    ],
    [
      'after the head of an answer',
      (response) => {
        response.writeHead(200, { 'content-length': '9' });
        response.write('{', () => socketOf(response).destroy());
      },
    ],
  ])('%s', async (_, lose) => {
    const { ask, provider } = await startLosing(1, lose);
    await ask();
    expect(await problemOf(ask())).toBe('connection');
    expect(provider.requests).toHaveLength(2);
  });

  it.each([[false], [true]])('on a new socket (TLS: %s)', async (tls) => {
    const provider = await startProvider(
      (request, response) => close(response, request),
      tls ? certificate : undefined,
    );
    const fetch = createGuardedFetch(tls ? { ca: certificate.cert } : {});
    expect(await problemOf(fetch.fetch(provider.url, { method: 'POST', body: 'a' }))).toBe(
      'connection',
    );
    expect(provider.requests).toHaveLength(1);
  });

  it('when it was aborted', async () => {
    const ending = new AbortController();
    const provider = await startProvider((_, response) => {
      if (provider.requests.length === 1) response.end('{}');
      else ending.abort(Object.assign(new Error('enough'), { code: 'ECONNRESET' }));
    });
    const fetch = createGuardedFetch({}, { maxSockets: 1 });
    await fetch.fetch(provider.url);
    expect(await problemOf(fetch.fetch(provider.url, { signal: ending.signal }))).toBe(
      'connection',
    );
    expect(provider.requests).toHaveLength(2);
  });
});

it.each([
  ['ECONNRESET', true],
  ['EPIPE', true],
  ['UND_ERR_SOCKET', true],
  ['ETIMEDOUT', false],
  [undefined, false],
])('a socket that fails with %s was closed by the server: %s', (code, closed) => {
  const socket = Object.assign(new EventEmitter(), { bytesRead: 0, write: () => true });
  const resets = new ResetSockets();
  const connect = resets.watch((_, callback) => callback(null, socket as unknown as Socket));
  connect({ hostname: 'id.example.com', protocol: 'https:', port: '443' }, () => undefined);
  socket.write();
  socket.bytesRead = 100;
  socket.write();
  const error = Object.assign(new Error('lost'), { code });
  socket.emit('error', error);
  expect(resets.isReset(error)).toBe(closed);
});
