import type { Readable } from 'node:stream';
import { createAuthInterceptor, findAdmission } from '@grpc-authn/core';
import {
  type Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  status as Status,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { GRPC } from '../clients/grpc.ts';
import { CALL_KINDS, kindOf, POLICY } from '../echo.ts';
import { Seen } from '../seen.ts';
import type { BindingSubject, Handler, SubjectOptions } from '../subject.ts';
import { streamsRequests, streamsResponses } from '../wire-client.ts';
import { definitionOf, METHODS, type Text } from './definition.ts';

/** What the cases mean is what they do here. */
export const GRPC_JS: BindingSubject = {
  name: 'grpc-js',
  protocols: [GRPC],
  kinds: CALL_KINDS,
  start: (options) => serve(options, interceptorsFor(options)),
  // A server without the interceptor is grpc-js without us.
  forgotten: {},
  differences: {},
};

/** One that passes everything on. */
export const PASS_ON: ServerInterceptor = (_, call) => new ServerInterceptingCall(call);

function interceptorsFor({ auth, interceptors = 'none' }: SubjectOptions): ServerInterceptor[] {
  const own = (): ServerInterceptor => createAuthInterceptor({ ...auth, policy: POLICY });
  if (interceptors === 'around') return [PASS_ON, own(), PASS_ON];
  return interceptors === 'twice' ? [own(), own()] : [own()];
}

async function serve(
  { handle, maxMessageBytes }: SubjectOptions,
  interceptors: ServerInterceptor[],
): ReturnType<BindingSubject['start']> {
  const seen = new Seen();
  const server = new Server({
    interceptors,
    ...(maxMessageBytes !== undefined && { 'grpc.max_receive_message_length': maxMessageBytes }),
  });
  const definitions = METHODS.map((method) => [method, definitionOf(method, seen)] as const);
  server.addService(
    Object.fromEntries(definitions),
    Object.fromEntries(METHODS.map((method) => [method, handlerOf(method, seen.watch(handle))])),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, seen, close: () => server.forceShutdown() };
}

/** The call of a handler; which members it has depends on its kind. */
interface AnyCall extends NodeJS.ReadWriteStream {
  readonly metadata: Metadata;
  readonly request: Text;
  readonly cancelled: boolean;
}
type Respond = (error: object | null, response?: Text) => void;

export function handlerOf(method: (typeof METHODS)[number], handle: Handler): UntypedHandleCall {
  const kind = kindOf(method);
  const run = async (call: AnyCall, respond: Respond): Promise<void> => {
    const aborted = new AbortController();
    call.on('cancelled', () => aborted.abort());
    const admission = findAdmission(call);
    const [authorization] = call.metadata.get('authorization');
    const answers = handle({
      principal: admission?.principal,
      authorization: authorization?.toString(),
      requests: textsOf(streamsRequests(kind) ? messagesOf(call) : [call.request]),
      signal: aborted.signal,
    });
    for await (const text of answers) {
      if (!streamsResponses(kind)) return respond(null, { text });
      if (!call.write({ text } as never)) await writable(call, aborted.signal);
    }
    call.end();
  };
  return ((call: AnyCall, respond: Respond) => {
    run(call, respond).catch((error: Error) => {
      const fault = Object.assign(error, { code: Status.UNKNOWN });
      if (streamsResponses(kind)) call.emit('error', fault);
      else respond(fault);
    });
  }) as unknown as UntypedHandleCall;
}

/** A call that is iterated by itself is destroyed at its half-close, before the response is sent. */
function messagesOf(call: AnyCall): AsyncIterable<unknown> {
  return (call as unknown as Readable).iterator({ destroyOnReturn: false });
}

async function* textsOf(messages: AsyncIterable<unknown> | Iterable<Text>): AsyncGenerator<string> {
  for await (const message of messages) yield (message as Text).text;
}

export function writable(call: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    call.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
