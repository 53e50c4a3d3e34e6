import type { Principal } from '@grpc-authn/core';
import { GRPC } from '../clients/grpc.ts';
import { decodeText, encodeText, kindOf, pathOf, POLICY } from '../echo.ts';
import { createPlainServer, type PlainMethod } from '../plain-http2.ts';
import { Seen } from '../seen.ts';
import type { BindingSubject, Handler } from '../subject.ts';
import { METHODS } from './definition.ts';

const WITHOUT_INTERCEPTORS = 'it has no interceptors';

/** The binding of docs/writing-a-binding.md. */
export const PLAIN_HTTP2: BindingSubject = {
  name: 'plain HTTP/2',
  protocols: [GRPC],
  kinds: ['unary', 'serverStream'],
  async start({ auth, handle, maxMessageBytes, interceptors = 'none' }) {
    if (interceptors !== 'none') throw new Error(WITHOUT_INTERCEPTORS);
    const seen = new Seen();
    const watched = seen.watch(handle);
    const served = METHODS.filter((method) => !['clientStream', 'bidi'].includes(method));
    const server = createPlainServer({
      methods: new Map(
        served.map((method) => [
          pathOf(method),
          {
            responseStream: kindOf(method) === 'serverStream',
            handle: handlerOf(watched, seen),
          },
        ]),
      ),
      auth: { ...auth, policy: POLICY },
      ...(maxMessageBytes !== undefined && { maxMessageBytes }),
      // One connection opens 1,000 streams.
      http2: { settings: { maxConcurrentStreams: 2_000 } },
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as { readonly port: number };
    return { port, seen, close: () => void server.close() };
  },
  forgotten: {},
  differences: {
    'interceptors of the user around ours': WITHOUT_INTERCEPTORS,
    'two interceptors of ours': WITHOUT_INTERCEPTORS,
  },
};

function handlerOf(handle: Handler, seen: Seen): PlainMethod['handle'] {
  return async function* (request, { principal, headers, signal }) {
    seen.parsedMessages += 1;
    const text = decodeText(request);
    const { authorization } = headers;
    const answers = handle({
      principal: principal as Principal | undefined,
      authorization,
      requests: once(text),
      signal,
    });
    for await (const answer of answers) yield encodeText(answer);
  };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
