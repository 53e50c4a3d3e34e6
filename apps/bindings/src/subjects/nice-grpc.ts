import { createNiceAuth, type NiceAuth, type NicePrincipal } from '@grpc-authn/nice-grpc';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { type CallContext, createServer, type Server, type ServerMiddlewareCall } from 'nice-grpc';
import { GRPC } from '../clients/grpc.ts';
import { CALL_KINDS, kindOf, POLICY } from '../echo.ts';
import { Seen } from '../seen.ts';
import type { BindingSubject, Handler, SubjectOptions } from '../subject.ts';
import { streamsRequests, streamsResponses } from '../wire-client.ts';
import { definitionOf, METHODS, type Text } from './definition.ts';
import { PASS_ON } from './grpc-js.ts';

type Context = CallContext & Partial<NicePrincipal>;
type Middleware = NiceAuth['middleware'];

export const NICE_GRPC: BindingSubject = {
  name: 'nice-grpc',
  protocols: [GRPC],
  kinds: CALL_KINDS,
  start(options) {
    const { interceptors = 'none' } = options;
    const auth = authFor(options);
    if (interceptors === 'none') return serve(options, auth.serverOptions, [auth.middleware]);
    const own = interceptorsOf(auth);
    return interceptors === 'around'
      ? serve(options, { interceptors: [PASS_ON, ...own, PASS_ON] }, [
          passOn,
          auth.middleware,
          passOn,
        ])
      : serve(options, { interceptors: [...own, ...interceptorsOf(authFor(options))] }, [
          auth.middleware,
          authFor(options).middleware,
        ]);
  },
  forgotten: {
    'serverOptions: the middleware alone': (options) =>
      serve(options, {}, [authFor(options).middleware]),
    'serverOptions, replaced by own interceptors': (options) => {
      const auth = authFor(options);
      const replaced = { ...auth.serverOptions, interceptors: [PASS_ON] };
      return serve(options, replaced, [auth.middleware]);
    },
    "propagation: 'async_context' of an own interceptor": async (options) => {
      const { createAuthInterceptor } = await import('@grpc-authn/core');
      const interceptor = createAuthInterceptor({ ...options.auth, policy: POLICY });
      const auth = createNiceAuth({ interceptor });
      return serve(options, auth.serverOptions, [auth.middleware]);
    },
  },
  differences: {},
};

function authFor({ auth }: SubjectOptions): NiceAuth {
  return createNiceAuth({ ...auth, policy: POLICY });
}

function interceptorsOf({ serverOptions }: NiceAuth): readonly ServerInterceptor[] {
  return (serverOptions as { readonly interceptors: readonly ServerInterceptor[] }).interceptors;
}

async function serve(
  { handle, maxMessageBytes }: SubjectOptions,
  serverOptions: object,
  middlewares: readonly Middleware[],
): ReturnType<BindingSubject['start']> {
  const seen = new Seen();
  const limit = maxMessageBytes !== undefined && {
    'grpc.max_receive_message_length': maxMessageBytes,
  };
  let server = createServer({ ...serverOptions, ...limit }) as Server<Partial<NicePrincipal>>;
  for (const middleware of middlewares) server = server.use(middleware);
  const definition = Object.fromEntries(
    METHODS.map((method) => [method, definitionOf(method, seen)]),
  );
  const implementation = Object.fromEntries(
    METHODS.map((method) => [method, handlerOf(method, seen.watch(handle))]),
  );
  server.add(definition, implementation);
  const port = await server.listen('127.0.0.1:0');
  return { port, seen, close: () => server.forceShutdown() };
}

function handlerOf(method: (typeof METHODS)[number], handle: Handler) {
  const kind = kindOf(method);
  const texts = (request: Text | AsyncIterable<Text>, context: Context): AsyncIterable<string> =>
    handle({
      principal: context.principal,
      authorization: context.metadata.get('authorization'),
      requests: textsOf(streamsRequests(kind) ? request : [request as Text]),
      signal: context.signal,
    });
  if (streamsResponses(kind)) {
    return async function* (request: Text, context: Context): AsyncGenerator<Text> {
      for await (const text of texts(request, context)) yield { text };
    };
  }
  return async (request: Text, context: Context): Promise<Text> => {
    for await (const text of texts(request, context)) return { text };
    throw new Error('the handler answers nothing');
  };
}

async function* textsOf(
  messages: AsyncIterable<Text> | Iterable<Text> | Text,
): AsyncGenerator<string> {
  for await (const { text } of messages as AsyncIterable<Text>) yield text;
}

async function* passOn<Request, Response>(
  call: ServerMiddlewareCall<Request, Response>,
  context: CallContext,
): AsyncGenerator<Response, Response | void, undefined> {
  return yield* call.next(call.request, context);
}
