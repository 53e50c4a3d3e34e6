import { Code, ConnectError } from '@connectrpc/connect';
import {
  AuthError,
  type Authenticator,
  definePolicy,
  requireScopes,
} from '@grpc-authn/core/authenticator';
import { readAuthFailure } from '@grpc-authn/core/client';
import { credentials, Metadata, makeGenericClientConstructor } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createConnectAuth } from '../src/index.ts';
import { names } from './support/authenticators.ts';
import { CALLS, errorOf } from './support/call-kinds.ts';
import { as, clientOf, PROTOCOLS, startEcho } from './support/start-echo.ts';

const CAUSES: Readonly<Record<string, AuthError>> = {
  expired: new AuthError('invalid_token', 'expired', { tokenExpired: true }),
  soon: new AuthError('unavailable', 'provider', { retryAfterMs: 1500 }),
  later: new AuthError('unavailable', 'provider', { retryAfterMs: 60_000 }),
};

const authenticator: Authenticator = {
  ...names(),
  authenticate: (given, context) => CAUSES[given.token] ?? names().authenticate(given, context),
};
const policy = definePolicy({ 'echo.v1.Echo/*': requireScopes('read', 'write') });
const auth = createConnectAuth({ authenticator, policy });
const REALM = 'Bearer realm="grpc"';

const REFUSALS: readonly (readonly [token: string | undefined, object, pushback: string | null])[] =
  [
    [undefined, { code: Code.Unauthenticated, reason: 'TOKEN_MISSING', challenge: REALM }, null],
    [
      'bad',
      {
        code: Code.Unauthenticated,
        reason: 'TOKEN_INVALID',
        challenge: `${REALM}, error="invalid_token"`,
      },
      null,
    ],
    ['expired', { code: Code.Unauthenticated, reason: 'TOKEN_EXPIRED' }, null],
    [
      'alice',
      {
        code: Code.PermissionDenied,
        reason: 'SCOPE_INSUFFICIENT',
        challenge: `${REALM}, error="insufficient_scope", scope="read write"`,
        requiredScopes: ['read', 'write'],
      },
      null,
    ],
    [
      'soon',
      {
        code: Code.Unavailable,
        reason: 'AUTH_UNAVAILABLE',
        retryAfterMs: 1500,
        challenge: undefined,
      },
      '1500',
    ],
    ['later', { code: Code.Unavailable, reason: 'AUTH_UNAVAILABLE', retryAfterMs: 60_000 }, '-1'],
  ];

describe.each(PROTOCOLS)('%s', (protocol) => {
  describe.each(Object.entries(CALLS))('%s', (_, call) => {
    it.each(REFUSALS)('reports the reason to the client: %s', async (token, failure, pushback) => {
      const server = await startEcho({ auth });
      const error = await errorOf(call(clientOf(server, protocol), as(token)));
      expect(readAuthFailure(error)).toMatchObject({ stage: 'admission', ...failure });
      expect(error.metadata.get('grpc-retry-pushback-ms')).toBe(pushback);
    });
  });

  it('reports nothing about a fault of the server', async () => {
    const faulty: Authenticator = {
      ...names(),
      authenticate: () => {
        throw new Error('secret');
      },
    };
    const server = await startEcho({ auth: createConnectAuth({ authenticator: faulty }) });
    const error = await errorOf(CALLS['unary']!(clientOf(server, protocol), as('alice')));
    expect(error).toMatchObject({ code: Code.Internal, rawMessage: 'Internal error', details: [] });
    expect(error.metadata.get('www-authenticate')).toBeNull();
  });

  it('sends the status and message that the server has set', async () => {
    const statuses = { invalid_token: { code: Code.NotFound, message: 'No such order' } };
    const server = await startEcho({ auth: createConnectAuth({ authenticator, statuses }) });
    const error = await errorOf(CALLS['unary']!(clientOf(server, protocol), as('bad')));
    expect(error).toMatchObject({ code: Code.NotFound, rawMessage: 'No such order' });
  });
});

it('is reported to a client of grpc-js', async () => {
  const server = await startEcho({ auth });
  const text = (value: Buffer): Buffer => value;
  const Client = makeGenericClientConstructor(
    {
      Unary: {
        path: '/echo.v1.Echo/Unary',
        requestStream: false,
        responseStream: false,
        requestSerialize: text,
        requestDeserialize: text,
        responseSerialize: text,
        responseDeserialize: text,
      },
    },
    'echo.v1.Echo',
  );
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set('authorization', 'Bearer alice');
  const error = await new Promise((resolve) => {
    client['Unary']!(Buffer.from('garbage'), metadata, resolve);
  });
  expect(readAuthFailure(error)).toEqual({
    code: Code.PermissionDenied,
    reason: 'SCOPE_INSUFFICIENT',
    challenge: `${REALM}, error="insufficient_scope", scope="read write"`,
    requiredScopes: ['read', 'write'],
    retryAfterMs: undefined,
    stage: 'admission',
  });
});

describe('a handler that relays the refusal of another service', () => {
  /** A refused call to a server of this package, as its client received it. */
  async function received(): Promise<ConnectError> {
    const server = await startEcho({ auth });
    return errorOf(clientOf(server, 'grpc').unary({ value: 'm' }, as('expired')));
  }
  const open = createConnectAuth({ authenticator: names() });

  it.each(PROTOCOLS)('does not claim that it never ran: %s', async (protocol) => {
    const upstream = await received();
    expect(readAuthFailure(upstream)).toHaveProperty('stage', 'admission');
    for (const relayed of [upstream, ConnectError.from(upstream), withMetadata(upstream)]) {
      const see = (): never => {
        throw relayed;
      };
      const server = await startEcho({ auth: open, see });
      for (const call of Object.values(CALLS)) {
        const error = await errorOf(call(clientOf(server, protocol), as('alice')));
        expect(readAuthFailure(error)).toMatchObject({ reason: 'TOKEN_EXPIRED', stage: 'running' });
        expect(error.metadata.get('x-trace')).toBe(relayed.isWireError ? null : 't');
      }
    }
  });

  it('passes on other errors as they are', async () => {
    const thrown = new ConnectError('Full', Code.ResourceExhausted, { 'x-trace': 't' });
    thrown.details = [{ type: 'google.rpc.ErrorInfo', value: new Uint8Array([10, 1, 65]) }];
    const server = await startEcho({
      auth: open,
      see: () => {
        throw thrown;
      },
    });
    const error = await errorOf(clientOf(server, 'grpc').unary({ value: 'm' }, as('alice')));
    expect(error).toMatchObject({ rawMessage: 'Full', details: thrown.details });
    expect(error.metadata.get('x-trace')).toBe('t');
  });

  /** As a handler builds it, to add something. */
  function withMetadata({ rawMessage, code, details }: ConnectError): ConnectError {
    const error = new ConnectError(rawMessage, code, { 'x-trace': 't' });
    error.details = details;
    return error;
  }
});
