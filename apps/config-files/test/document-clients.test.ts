import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTokenSource, type TokenSource } from '@grpc-authn/client';
import {
  authenticated,
  AuthError,
  createAuthInterceptor,
  createPrincipal,
  definePolicy,
  requireScopes,
  type Rule,
  toStatus,
} from '@grpc-authn/core';
import { createFakeClock } from '@grpc-authn/testing';
import {
  type ChannelCredentials,
  type Client,
  credentials,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  status as Status,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(import.meta.dirname, 'written-clients');
const PATH = '/orders.v1.Orders/Get';
const MAX_COMPILE_MS = 120_000;

/** The files of docs/errors.md. */
interface Files {
  createOrdersClient(address: string, channel: ChannelCredentials, source: TokenSource): Client;
  explainRefusal(error: unknown): string | undefined;
  callWithToken<T>(source: TokenSource, call: (token: string) => Promise<T>): Promise<T>;
}

const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
const blocks = [...text.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)];
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
for (const [, name = '', code = ''] of blocks) writeFileSync(join(FOLDER, name), code);
writeFileSync(
  join(FOLDER, 'tsconfig.json'),
  '{ "extends": "../../tsconfig.json", "include": ["."] }',
);
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

let files: Files;
beforeAll(async () => {
  const load = (name: string): Promise<object> => import(/* @vite-ignore */ join(FOLDER, name));
  files = Object.assign(
    {},
    ...(await Promise.all(blocks.map(([, name = '']) => load(name)))),
  ) as Files;
});

/** A guarded server; the token t1 has expired there, and t0 is unknown. */
async function start(first: string, rule: Rule = authenticated()) {
  const seen: string[] = [];
  const server = new Server({
    interceptors: [
      createAuthInterceptor({
        policy: definePolicy({ rules: { 'orders.v1.Orders/*': rule } }),
        authenticator: {
          name: 'accounts',
          authenticate: ({ token }) => {
            seen.push(token);
            if (token === 't0') return new AuthError('invalid_token', 'inactive');
            return token === 't1'
              ? new AuthError('invalid_token', 'expired', { tokenExpired: true })
              : createPrincipal({ authenticator: 'accounts', subject: token });
          },
        },
      }),
    ],
  });
  const bytes = (value: Buffer): Buffer => value;
  const method = {
    path: PATH,
    requestStream: false as const,
    responseStream: false as const,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  server.addService(
    { Get: method },
    {
      Get: (_: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) =>
        respond(null, Buffer.from('done')),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  const clock = createFakeClock();
  const tokens = [first, 't2'];
  let requests = 0;
  const source = createTokenSource(async () => ({ token: tokens[Math.min(requests++, 1)] ?? '' }), {
    clock,
  });
  await source.get();
  // It may be renewed.
  await clock.advance(10_000);
  const address = `127.0.0.1:${port}`;
  const get = (client: Client, metadata: Metadata): Promise<string> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(PATH, bytes, String, Buffer.from(''), metadata, (error, answer) =>
        error === null ? resolve(String(answer)) : reject(error),
      );
    });
  const open = (client: Client): Client => {
    onTestFinished(() => client.close());
    return client;
  };
  return { address, source, seen, get, open };
}

describe('the code of docs/errors.md', () => {
  it(
    'compiles',
    () => {
      expect(blocks).toHaveLength(2);
      const tsc = join(ROOT, 'node_modules/.bin/tsc');
      execFileSync(tsc, ['--noEmit', '-p', FOLDER], { stdio: 'pipe' });
    },
    MAX_COMPILE_MS,
  );

  it('createOrdersClient() needs no code for an expired token', async () => {
    const { address, source, seen, get, open } = await start('t1');
    const client = open(files.createOrdersClient(address, credentials.createInsecure(), source));
    expect(await get(client, new Metadata())).toBe('done');
    expect(seen).toEqual(['t1', 't2']);
  });

  it.each([
    ['t1', ['t1', 't2'], 'done'],
    ['t2', ['t2'], 'done'],
    ['t0', ['t0'], 'Sign in again.'],
  ])('callWithToken() with the token %s sends %j', async (first, sent, result) => {
    const { address, source, seen, get, open } = await start(first);
    const { Client: PlainClient } = await import('@grpc/grpc-js');
    const client = open(new PlainClient(address, credentials.createInsecure()));
    const called = files.callWithToken(source, (token) => {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${token}`);
      return get(client, metadata);
    });
    expect(await called.catch((error: unknown) => files.explainRefusal(error))).toBe(result);
    expect(seen).toEqual(sent);
  });

  it.each<readonly [AuthError, string]>([
    [new AuthError('missing_credentials', 'absent'), 'Sign in again.'],
    [new AuthError('permission_denied', 'claim'), 'You may not do this.'],
    [new AuthError('unavailable', 'jwks', { retryAfterMs: 2500 }), 'Try again in 3 s.'],
  ])('explainRefusal() of %s', (error, expected) => {
    expect(files.explainRefusal(toStatus(error))).toBe(expected);
  });

  it('explainRefusal() names the scope that would help', async () => {
    const { address, source, get, open } = await start('t2', requireScopes('orders:write'));
    const client = open(files.createOrdersClient(address, credentials.createInsecure(), source));
    const error = await get(client, new Metadata()).catch((thrown: unknown) => thrown);
    expect(files.explainRefusal(error)).toBe('Ask for the permission orders:write.');
  });

  it('explainRefusal() says nothing about other errors', () => {
    const other = Object.assign(new Error('no such order'), { code: Status.NOT_FOUND });
    expect(files.explainRefusal(other)).toBeUndefined();
  });
});
