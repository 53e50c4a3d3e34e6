import { AuthError, type Authenticator, createPrincipal } from '@grpc-authn/core';
import type { MethodDefinition } from '@grpc/grpc-js';
import {
  type CallContext,
  createChannel,
  createClientFactory,
  createServer,
  Metadata,
  type Server,
  type ServerMiddleware,
} from 'nice-grpc';
import { onTestFinished } from 'vitest';
import type { NicePrincipal } from '../../src/index.ts';

export interface Text {
  readonly text: string;
}
type EchoMethod = MethodDefinition<Text, Text>;

/** Each message that the server has read. */
export interface Parsed {
  readonly messages: string[];
}

function methods(parsed: Parsed) {
  const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
    path: `/test.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: ({ text }: Text) => Buffer.from(text),
    requestDeserialize: (bytes: Buffer) => {
      parsed.messages.push(bytes.toString());
      return { text: bytes.toString() };
    },
    responseSerialize: ({ text }: Text) => Buffer.from(text),
    responseDeserialize: (bytes: Buffer) => ({ text: bytes.toString() }),
  });
  return {
    unary: { ...method('Unary', false, false), requestStream: false, responseStream: false },
    collect: { ...method('Collect', true, false), requestStream: true, responseStream: false },
    list: { ...method('List', false, true), requestStream: false, responseStream: true },
    chat: { ...method('Chat', true, true), requestStream: true, responseStream: true },
  } as const satisfies Record<string, EchoMethod>;
}

type Context = CallContext & NicePrincipal;

/** Tokens are names of callers; `bad` and what begins with it is refused. */
export const authenticator: Authenticator = {
  name: 'names',
  schemes: ['bearer'],
  authenticate: ({ token }) =>
    token.startsWith('bad')
      ? new AuthError('invalid_token', 'signature')
      : createPrincipal({ authenticator: 'names', subject: token, scopes: ['read'] }),
};

export interface Setup {
  readonly serverOptions?: Parameters<typeof createServer>[0];
  readonly middleware?: ServerMiddleware<NicePrincipal>;
  /** What each handler does with its context, at its start. */
  readonly see?: (context: Context) => string | Promise<string>;
}

/** A server with all four kinds of methods, and a client with this token. Both are closed after the test. */
export async function startEcho({ serverOptions, middleware, see = subjectOf }: Setup) {
  const parsed: Parsed = { messages: [] };
  const definition = methods(parsed);
  const plain = createServer(serverOptions);
  // Without the middleware `principal` is missing at run time, which is what some tests are about.
  const server =
    middleware === undefined ? (plain as Server<NicePrincipal>) : plain.use(middleware);
  server.add(definition, {
    unary: async (_: Text, context: Context) => ({ text: await see(context) }),
    async collect(messages: AsyncIterable<Text>, context: Context) {
      const seen = await see(context);
      let all = '';
      for await (const { text } of messages) all += text;
      return { text: seen + all };
    },
    async *list(_: Text, context: Context) {
      yield { text: await see(context) };
    },
    async *chat(messages: AsyncIterable<Text>, context: Context) {
      const seen = await see(context);
      for await (const { text } of messages) yield { text: seen + text };
    },
  });
  const port = await server.listen('127.0.0.1:0');
  const channel = createChannel(`127.0.0.1:${port}`);
  onTestFinished(() => {
    channel.close();
    server.forceShutdown();
  });
  const client = createClientFactory().create(definition, channel);
  return { client, parsed };
}

function subjectOf({ principal }: Context): string {
  return principal?.subject ?? 'nobody';
}

/** Call options of a caller; without one, nobody's. */
export function as(token?: string) {
  const metadata = Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return { metadata };
}
