import { createFileRegistry, type DescService, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  Code,
  type Client,
  type ConnectRouter,
  createClient,
  createRouterTransport,
} from '@connectrpc/connect';
import {
  authenticated,
  ConfigError,
  createCallGuard,
  definePolicy,
  denyAll,
  type Policy,
  publicMethod,
  requireScopes,
} from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { descriptorSetBytes } from '../../core/test/support/descriptor-set.ts';
import { createConnectAuth, getConnectPrincipal } from '../src/index.ts';
import { names } from './support/authenticators.ts';
import { Echo } from './support/echo-service.ts';
import { errorOf } from './support/call-kinds.ts';
import { as } from './support/start-echo.ts';

const main = names();

/** The code of a call, or 'OK'. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'OK',
    async () => Code[(await errorOf(call)).code],
  );
}

function guarded(routes: (router: ConnectRouter) => unknown, policy: Policy) {
  const { requestGate, interceptor } = createConnectAuth({ authenticator: main, policy });
  return createRouterTransport((router) => void routes(router), {
    router: { requestGate, interceptors: [interceptor] },
  });
}

describe('rules for the service of generated code', () => {
  const transport = guarded(
    ({ service }) => service(Echo, { unary: (message) => message, lookUp: (message) => message }),
    definePolicy([
      Echo,
      { unary: requireScopes('write'), lookUp: requireScopes('read'), '*': denyAll() },
    ]),
  );
  const client = createClient(Echo, transport);

  it('are found by the local names of the methods', async () => {
    expect(await codeOf(client.lookUp({ value: 'm' }, as('alice')))).toBe('OK');
    expect(await codeOf(client.unary({ value: 'm' }, as('alice')))).toBe('PermissionDenied');
  });

  it('name every method', () => {
    const define = (): Policy =>
      definePolicy([Echo, { unary: authenticated(), LookUp: denyAll() }]);
    expect(define).toThrow(ConfigError);
    expect(define).toThrow('LookUp: there is no such method; did you mean "lookUp"?');
  });
});

describe('rules in the .proto of the service', () => {
  const bytes = descriptorSetBytes([
    {
      name: 'Orders',
      byDefault: { scopes: ['read'] },
      methods: {
        ListOrders: undefined,
        DeleteOrder: { scopes: ['admin'] },
        Ping: { public: true },
      },
    },
  ]);
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  const Orders = registry.getService('orders.v1.Orders') as DescService;
  const answer = (message: object): object => message;
  const clientWith = (policy: Policy) =>
    createClient(
      Orders,
      guarded(
        ({ service }) =>
          service(Orders, { listOrders: answer, deleteOrder: answer, ping: answer } as never),
        policy,
      ),
    ) as unknown as Client<typeof Echo> &
      Record<string, (m: object, o?: object) => Promise<object>>;

  it('are read from its descriptor', async () => {
    const client = clientWith(definePolicy([Orders, {}]));
    expect(await codeOf(client['listOrders']!({}, as('alice')))).toBe('OK');
    expect(await codeOf(client['listOrders']!({}))).toBe('Unauthenticated');
    expect(await codeOf(client['deleteOrder']!({}, as('alice')))).toBe('PermissionDenied');
    expect(await codeOf(client['ping']!({}))).toBe('OK');
  });

  it('are weakened in code only by override()', () => {
    const weaken = (): Policy => definePolicy([Orders, { listOrders: publicMethod() }]);
    expect(weaken).toThrow('weakens "scopes read" of the .proto');
  });
});

describe('getConnectPrincipal(context, from)', () => {
  async function read(from: Parameters<typeof getConnectPrincipal>[1]): Promise<string> {
    let seen = '';
    const guard = createCallGuard({ authenticator: main });
    const { requestGate, interceptor } = createConnectAuth({ guard, authenticator: main });
    const transport = createRouterTransport(
      ({ service }) =>
        service(Echo, {
          unary: (message, context) => {
            try {
              seen = getConnectPrincipal(context, from).subject ?? '';
            } catch (error) {
              seen = (error as Error).message;
            }
            return message;
          },
        }),
      { router: { requestGate, interceptors: [interceptor] } },
    );
    await createClient(Echo, transport).unary({ value: 'm' }, as('alice'));
    return seen;
  }

  it('returns the caller that this authenticator verified', async () => {
    expect(await read(main)).toBe('alice');
  });

  it('throws for an authenticator that the server does not ask, also one of the same name', async () => {
    expect(await read(names())).toContain(
      'getConnectPrincipal: the server\'s authenticator "names" does not ask this "names"',
    );
  });
});
