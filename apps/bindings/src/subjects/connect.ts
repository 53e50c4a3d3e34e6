import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { HandlerContext, Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { type ConnectAuth, createConnectAuth, findConnectPrincipal } from '@grpc-authn/connect';
import { CONNECT, GRPC_WEB } from '../clients/connect.ts';
import { GRPC } from '../clients/grpc.ts';
import { CALL_KINDS, type EchoMethod, POLICY } from '../echo.ts';
import { Seen } from '../seen.ts';
import type { BindingSubject, Handler, SubjectOptions } from '../subject.ts';
import type { Text } from './definition.ts';
import { Echo } from './echo-descriptor.ts';

type Parts = Partial<ConnectAuth> & { readonly interceptors?: readonly Interceptor[] };

export const CONNECT_NODE: BindingSubject = {
  name: 'Connect',
  protocols: [CONNECT, GRPC, GRPC_WEB],
  kinds: CALL_KINDS,
  start(options) {
    const auth = authFor(options);
    const { requestGate, interceptor } = auth;
    const { interceptors = 'none' } = options;
    if (interceptors === 'none') return serve(options, auth);
    if (interceptors === 'around') {
      return serve(options, { ...auth, interceptors: [passOn, interceptor, passOn] });
    }
    const other = authFor(options);
    return serve(options, {
      ...auth,
      requestGate: async (context) => {
        await requestGate(context);
        await other.requestGate(context);
      },
      interceptors: [interceptor, other.interceptor],
    });
  },
  forgotten: {
    'requestGate: the interceptor alone': (options) => {
      const { requestGate: _, ...others } = authFor(options);
      return serve(options, others);
    },
    'interceptor: requestGate alone': (options) =>
      serve(options, { ...authFor(options), interceptors: [] }),
    'interceptor, replaced by own ones': (options) =>
      serve(options, { ...authFor(options), interceptors: [passOn] }),
  },
  differences: {},
};

function authFor({ auth }: SubjectOptions): ConnectAuth {
  return createConnectAuth({ ...auth, policy: POLICY });
}

const passOn: Interceptor = (next) => (request) => next(request);

async function serve(
  { handle, maxMessageBytes }: SubjectOptions,
  { requestGate, interceptor, contextValues, interceptors }: Parts,
): ReturnType<BindingSubject['start']> {
  const seen = new Seen();
  const watched = seen.watch(handle);
  const own = interceptor === undefined ? [] : [interceptor];
  const server = createServer(
    connectNodeAdapter({
      ...(requestGate && { requestGate }),
      ...(contextValues && { contextValues }),
      ...(maxMessageBytes !== undefined && { readMaxBytes: maxMessageBytes }),
      // Connect has parsed the message of a unary call when its first interceptor runs.
      interceptors: [countParsed(seen), ...(interceptors ?? own)],
      routes: ({ service }) =>
        service(Echo, {
          unary: unaryHandler('unary', watched),
          scoped: unaryHandler('scoped', watched),
          anonymous: unaryHandler('anonymous', watched),
          public: unaryHandler('public', watched),
          clientStream: (messages, context) =>
            firstOf(answersOf('clientStream', watched, messages, context)),
          serverStream: (message, context) =>
            answersOf('serverStream', watched, once(message), context),
          bidi: (messages, context) => answersOf('bidi', watched, messages, context),
        }),
    }),
  );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, seen, close: () => void server.close() };
}

function unaryHandler(method: EchoMethod, handle: Handler) {
  return (message: Text, context: HandlerContext): Promise<Text> =>
    firstOf(answersOf(method, handle, once(message), context));
}

async function* answersOf(
  method: EchoMethod,
  handle: Handler,
  messages: AsyncIterable<Text>,
  context: HandlerContext,
): AsyncGenerator<Text> {
  const answers = handle({
    principal: method === 'public' ? undefined : findConnectPrincipal(context),
    authorization: context.requestHeader.get('authorization') ?? undefined,
    requests: textsOf(messages),
    signal: context.signal,
  });
  for await (const text of answers) yield { text };
}

function countParsed(seen: Seen): Interceptor {
  return (next) => (request) => {
    if (!request.stream) seen.parsedMessages += 1;
    return next(request.stream ? { ...request, message: counted(request.message, seen) } : request);
  };
}

async function* counted<T>(messages: AsyncIterable<T>, seen: Seen): AsyncGenerator<T> {
  for await (const message of messages) {
    seen.parsedMessages += 1;
    yield message;
  }
}

async function firstOf(answers: AsyncIterable<Text>): Promise<Text> {
  for await (const answer of answers) return answer;
  throw new Error('the handler answers nothing');
}

async function* textsOf(messages: AsyncIterable<Text>): AsyncGenerator<string> {
  for await (const { text } of messages) yield text;
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
