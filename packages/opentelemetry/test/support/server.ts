import { once } from 'node:events';
import {
  type AuthenticatorEvent,
  AuthError,
  type AuthInterceptorOptions,
  createAuthInterceptor,
  createPrincipal,
  getPrincipal,
  type ManagedAuthenticator,
} from '@grpc-authn/core';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import {
  Client,
  credentials,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';

export const KINDS = ['unary', 'collect', 'list', 'chat'] as const;
export type Kind = (typeof KINDS)[number];
export const STREAMS = ['collect', 'list', 'chat'] as const;

const same = (bytes: Buffer): Buffer => bytes;

function method(kind: Kind) {
  return {
    path: `/test.v1.Echo/${kind}`,
    requestStream: kind === 'collect' || kind === 'chat',
    responseStream: kind === 'list' || kind === 'chat',
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

const METHODS = {
  unary: method('unary'),
  collect: method('collect'),
  list: method('list'),
  chat: method('chat'),
};

/** What the handlers do: answer at once, wait, or wait until the call is cancelled. */
export type Behaviour = 'answer' | 'wait' | 'ends when cancelled' | 'fails when cancelled';

type AnyCall = Parameters<handleServerStreamingCall<Buffer, Buffer>>[0];
type Respond = Parameters<handleUnaryCall<Buffer, Buffer>>[1];

/** As a handler that waits with an AbortSignal does: its stream is destroyed when the error is thrown. */
async function failOnCancel(call: AnyCall, respond: Respond | undefined): Promise<void> {
  getPrincipal(call);
  const cancelled = new AbortController();
  call.on('cancelled', () => cancelled.abort());
  try {
    await once(call, 'never', { signal: cancelled.signal });
  } catch (error) {
    if (respond === undefined) call.emit('error', error);
    else respond(error as Error);
  }
}

/** Tokens are names of callers with a token for a minute; `bad` is refused, `down` is an outage. */
class Names implements ManagedAuthenticator {
  readonly name = 'names';
  readonly schemes: readonly string[] = ['bearer'];
  readonly issuers: readonly string[] = [];
  readonly traits = {};
  readonly #clock: FakeClock;
  #emit = (_event: AuthenticatorEvent): void => undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  authenticate({ token }: { readonly token: string }) {
    if (token === 'bad') return new AuthError('invalid_token', 'signature');
    if (token === 'down') return new AuthError('unavailable', 'jwks');
    return createPrincipal({
      authenticator: 'names',
      subject: token,
      scopes: ['read'],
      expiresAtEpochSeconds: this.#clock.nowMs() / 1000 + 60,
      claims: { email: `${token}@example.org` },
    });
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    this.#emit = listener;
    return () => undefined;
  }

  revokeAll(): void {
    this.#emit({ type: 'revoked', matches: () => true });
  }

  async ready(): Promise<void> {}
  async close(): Promise<void> {}
}

export interface CallOptions {
  readonly token?: string;
  readonly traceparent?: string;
}

/** The end of a call, as its client sees it. */
export type End = Pick<ServiceError, 'code' | 'details'>;

/** A grpc-js server with a method of each kind, and a client. Both are closed after the test. */
export async function startServer(
  behaviour: Behaviour = 'answer',
  options: Partial<AuthInterceptorOptions> = {},
) {
  const clock = createFakeClock();
  const names = new Names(clock);
  let started = (): void => undefined;
  const running = new Promise<void>((resolve) => (started = resolve));
  const answered: (() => void)[] = [];
  const handle = (call: AnyCall, respond?: Respond): void => {
    const end = (): void => {
      if (respond === undefined) call.end();
      else respond(null, Buffer.from('answer'));
    };
    call.on('data', () => undefined);
    started();
    if (behaviour === 'answer') end();
    else if (behaviour === 'ends when cancelled') call.on('cancelled', end);
    else if (behaviour === 'fails when cancelled') void failOnCancel(call, respond);
    else answered.push(end);
  };
  const server = new Server({
    interceptors: [
      createAuthInterceptor({
        authenticator: names,
        clock,
        streams: { graceSeconds: 0 },
        ...options,
      }),
    ],
  });
  server.addService(METHODS, { unary: handle, collect: handle, list: handle, chat: handle });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });

  const call = (kind: Kind, { token, traceparent }: CallOptions = {}): Promise<End> => {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    if (traceparent !== undefined) metadata.set('traceparent', traceparent);
    const { path } = METHODS[kind];
    const question = Buffer.from('question');
    return new Promise((resolve) => {
      const respond = (error: ServiceError | null): void =>
        resolve(error ?? { code: status.OK, details: '' });
      if (kind === 'unary') {
        client.makeUnaryRequest(path, same, same, question, metadata, respond);
      } else if (kind === 'collect') {
        client.makeClientStreamRequest(path, same, same, metadata, respond).write(question);
      } else {
        const stream =
          kind === 'list'
            ? client.makeServerStreamRequest(path, same, same, question, metadata)
            : client.makeBidiStreamRequest(path, same, same, metadata);
        stream.on('data', () => undefined);
        stream.on('error', () => undefined);
        stream.on('status', resolve);
      }
    });
  };
  return {
    call,
    clock,
    /** Resolves when a handler runs. */
    running,
    revokeAll: () => names.revokeAll(),
    /** Lets the handlers that wait answer. */
    answer: () => answered.forEach((end) => end()),
  };
}
