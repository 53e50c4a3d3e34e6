import { createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  createContextValues,
  createConnectRouter,
  createRouterTransport,
  createClient,
} from '@connectrpc/connect';
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import {
  type Authenticator,
  ConfigError,
  createCallGuard,
  publicMethod,
  definePolicy,
} from '@grpc-authn/core/authenticator';
import { readAuthFailure } from '@grpc-authn/core/client';
import * as connect21 from 'connect-2.1';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectAuth, createConnectAuth, getConnectPrincipal } from '../src/index.ts';
import { names } from './support/authenticators.ts';
import { CALLS, errorOf } from './support/call-kinds.ts';
import { Echo } from './support/echo-service.ts';
import { as, clientOf, type EchoOptions, PROTOCOLS, startEcho } from './support/start-echo.ts';

const authenticator = names();
const KINDS = Object.entries(CALLS);

let warnings: unknown[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((_, options) => {
    warnings.push((options as unknown as { code: string }).code);
  });
});
afterEach(() => vi.restoreAllMocks());

const hidden = { see: () => 'seen' };

/** A server with a gate of the user, which may call ours: `decide`. */
async function startWithGate(
  gate: (decide: () => Promise<void>) => Promise<void>,
): Promise<Awaited<ReturnType<typeof startEcho>>> {
  const auth = createConnectAuth({ authenticator });
  const requestGate = (context: HandlerContext): Promise<void> =>
    gate(async () => auth.requestGate(context));
  return startEcho({ ...hidden, auth: { ...auth, requestGate } });
}

/** Calls of each kind and protocol, all of them with a good token. */
async function allEndWith(code: Code, options: EchoOptions): Promise<void> {
  const server = await startEcho({ ...hidden, ...options });
  for (const protocol of PROTOCOLS) {
    for (const [, call] of KINDS) {
      const error = await errorOf(call(clientOf(server, protocol), as('alice')));
      expect(error).toMatchObject({ code, rawMessage: 'Internal error', details: [] });
    }
  }
  expect(server.received).toEqual([]);
}

describe('a part that was forgotten', () => {
  it('refuses each call where only the interceptor is there', async () => {
    const { interceptor, contextValues } = createConnectAuth({ authenticator });
    await allEndWith(Code.Internal, { auth: { interceptor, contextValues } });
    expect(warnings).toEqual(['GRPC_AUTHN_NOT_ADMITTED']);
  });

  it('refuses each call where only the gate is there', async () => {
    const { requestGate, contextValues } = createConnectAuth({ authenticator });
    await allEndWith(Code.Internal, { auth: { requestGate, contextValues } });
    expect(warnings).toEqual(['GRPC_AUTHN_NOT_GUARDED']);
  });

  it('refuses a public method, too, so that it is noticed at once', async () => {
    const policy = definePolicy({ 'echo.v1.Echo/*': publicMethod() });
    const { requestGate, interceptor } = createConnectAuth({ authenticator, policy });
    await allEndWith(Code.Internal, { auth: { requestGate } });
    await allEndWith(Code.Internal, { auth: { interceptor } });
  });

  it('warns once where the peers are unknown', async () => {
    const { requestGate, interceptor } = createConnectAuth({ authenticator });
    const server = await startEcho({ ...hidden, auth: { requestGate, interceptor } });
    const client = clientOf(server, 'connect');
    await client.unary({ value: 'm' }, as('alice'));
    await client.unary({ value: 'm' }, as('alice'));
    expect(warnings).toEqual(['GRPC_AUTHN_UNKNOWN_PEER']);
  });

  it('makes a handler fail that asks for its caller', () => {
    const context = { values: createContextValues() };
    expect(() => getConnectPrincipal(context)).toThrow('grpc-authn never saw this call');
  });
});

describe('a part that is there twice', () => {
  it('refuses each call of two gates, as two interceptors of grpc-js do', async () => {
    const server = await startWithGate(async (decide) => {
      await decide();
      await decide();
    });
    for (const [, call] of KINDS) {
      const error = await errorOf(call(clientOf(server, 'connect'), as('alice')));
      expect(readAuthFailure(error)).toHaveProperty('reason', 'TOKEN_MISSING');
    }
    expect(server.received).toEqual([]);
    expect(warnings).toEqual(['GRPC_AUTHN_TWO_GATES']);
  });

  it('refuses each call of two interceptors', async () => {
    const auth = createConnectAuth({ authenticator });
    await allEndWith(Code.Internal, { auth, interceptors: [auth.interceptor, auth.interceptor] });
    expect(warnings).toEqual(['GRPC_AUTHN_NOT_ADMITTED']);
  });

  it('refuses each call that another createConnectAuth() decided', async () => {
    const first = createConnectAuth({ authenticator });
    const { interceptor } = createConnectAuth({ authenticator });
    await allEndWith(Code.Internal, { auth: { ...first, interceptor } });
    expect(warnings).toEqual(['GRPC_AUTHN_NOT_ADMITTED']);
  });
});

it('refuses a call with the context values of another, whose caller it would see', async () => {
  const auth = createConnectAuth({ authenticator });
  const shared = createContextValues();
  const server = await startEcho({ ...hidden, auth: { ...auth, contextValues: () => shared } });
  const client = clientOf(server, 'connect');
  expect((await client.unary({ value: 'm' }, as('alice'))).value).toBe('seenm');
  const error = await errorOf(client.unary({ value: 'm' }, as('bob')));
  expect(error).toHaveProperty('code', Code.Internal);
  expect(warnings).toContain('GRPC_AUTHN_SHARED_CONTEXT');
});

describe('a gate of the user', () => {
  it.each(['alice', 'bad'])(
    'that does not await ours opens nothing, nor ends the process: %s',
    async (token) => {
      const late: Authenticator = {
        ...authenticator,
        authenticate: async (given, context) => authenticator.authenticate(given, context),
      };
      const rejections = vi.fn<(reason: unknown) => void>();
      process.on('unhandledRejection', rejections);
      onTestFinished(() => void process.off('unhandledRejection', rejections));
      const auth = createConnectAuth({ authenticator: late });
      const requestGate = (context: HandlerContext): void => void auth.requestGate(context);
      const server = await startEcho({ ...hidden, auth: { ...auth, requestGate } });
      const error = await errorOf(CALLS['server stream']!(clientOf(server, 'grpc'), as(token)));
      expect(error).toHaveProperty('code', Code.Internal);
      expect(server.received).toEqual([]);
      expect(rejections).not.toHaveBeenCalled();
    },
  );

  it('that runs after ours knows the caller', async () => {
    const auth = createConnectAuth({ authenticator });
    const server = await startEcho({
      auth: {
        ...auth,
        requestGate: async (context) => {
          await auth.requestGate(context);
          if (getConnectPrincipal(context).subject !== 'alice') {
            throw new ConnectError('No such tenant', Code.NotFound);
          }
        },
      },
    });
    const client = clientOf(server, 'connect');
    expect((await client.unary({ value: 'm' }, as('alice'))).value).toBe('alicem');
    const error = await errorOf(client.unary({ value: 'm' }, as('bob')));
    expect(error).toHaveProperty('code', Code.NotFound);
  });

  it('that swallows a refusal opens nothing', async () => {
    const server = await startWithGate(async (decide) => {
      try {
        await decide();
      } catch {
        // Swallows the refusal.
      }
    });
    for (const [, call] of KINDS) {
      const error = await errorOf(call(clientOf(server, 'grpc'), as('bad')));
      expect(error).toHaveProperty('code', Code.Internal);
    }
    expect(server.received).toEqual([]);
  });
});

describe('Connect 2.1', () => {
  /** A server whose calls the router of `connect` handles: with a later version, the same server serves them. */
  async function startWith(create: typeof createConnectRouter, auth: ConnectAuth): Promise<string> {
    const router = create({
      requestGate: auth.requestGate,
      interceptors: [auth.interceptor],
    });
    const routes = ({ service }: ConnectRouter): unknown =>
      service(Echo, {
        unary: (message) => message,
        lookUp: (message) => message,
        async clientStream(messages) {
          for await (const message of messages) return message;
          return {};
        },
        async *serverStream(message) {
          yield message;
        },
        bidi: (messages) => messages,
      });
    routes(router);
    const paths = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
    const handle = async (
      request: Http2ServerRequest,
      response: Http2ServerResponse,
    ): Promise<void> => {
      const values = auth.contextValues(request);
      const call = universalRequestFromNodeRequest(request, response, undefined, values);
      const answer = await paths.get(request.url)!(call);
      await universalResponseToNodeResponse(answer, response);
    };
    const server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each(PROTOCOLS)('ignores the gate, so each call is refused: %s', async (protocol) => {
    const auth = createConnectAuth({ authenticator });
    const old = { origin: await startWith(connect21.createConnectRouter, auth) };
    const current = { origin: await startWith(createConnectRouter, auth) };
    for (const [, call] of KINDS) {
      const error = await errorOf(call(clientOf(old, protocol), as('alice')));
      expect(error).toMatchObject({ code: Code.Internal, rawMessage: 'Internal error' });
      expect(await call(clientOf(current, protocol), as('alice'))).toBe('m');
    }
    expect(warnings).toEqual(['GRPC_AUTHN_NOT_ADMITTED']);
  });
});

describe('createConnectAuth()', () => {
  it('takes a guard that exists', async () => {
    const guard = createCallGuard({ authenticator });
    const server = await startEcho({ auth: createConnectAuth({ guard }) });
    const client = clientOf(server, 'connect');
    expect((await client.unary({ value: 'm' }, as('alice'))).value).toBe('alicem');
    expect(await errorOf(client.unary({ value: 'm' }, as('bad')))).toHaveProperty(
      'code',
      Code.Unauthenticated,
    );
  });

  it.each([
    [{ guard: undefined }, 'guard: expected the guard of createCallGuard()'],
    [{ guard: { begin() {} } }, 'guard: expected the guard of createCallGuard()'],
    [{ guard: createCallGuard({ authenticator }), policy: 1 }, 'policy: expected only'],
    [{ authenticator, polcy: 1 }, 'polcy'],
    [{ authenticator, propagation: 'metadata' }, 'propagation'],
    [{}, 'authenticator'],
    [undefined, 'createCallGuard'],
  ])('refuses wrong options: %o', (options, message) => {
    const create = (): unknown => createConnectAuth(options as never);
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(message);
  });

  it('guards a router without a network, for the unit tests of handlers', async () => {
    const auth = createConnectAuth({ authenticator });
    const transport = createRouterTransport(
      ({ service }) =>
        service(Echo, {
          unary: (_, context) => ({ value: getConnectPrincipal(context).subject ?? '' }),
        }),
      { router: { requestGate: auth.requestGate, interceptors: [auth.interceptor] } },
    );
    const client = createClient(Echo, transport);
    expect((await client.unary({ value: 'm' }, as('alice'))).value).toBe('alice');
    expect(await errorOf(client.unary({ value: 'm' }, as('bad')))).toHaveProperty(
      'code',
      Code.Unauthenticated,
    );
  });
});
