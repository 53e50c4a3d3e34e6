import { ConnectError } from '@connectrpc/connect';
import type { EchoClient } from './start-echo.ts';

type Text = { readonly value: string };
export type CallOptions = Parameters<EchoClient['unary']>[1];

/** A stream of requests that is open until it is closed. */
export async function* openRequests(until: Promise<unknown>, first = 'm'): AsyncGenerator<Text> {
  yield { value: first };
  await until;
}

async function* one(): AsyncGenerator<Text> {
  yield { value: 'm' };
}

async function joined(received: AsyncIterable<Text>): Promise<string> {
  let all = '';
  for await (const { value } of received) all += value;
  return all;
}

export const CALLS: Readonly<
  Record<
    string,
    (client: EchoClient, options: CallOptions, requests?: AsyncIterable<Text>) => Promise<string>
  >
> = {
  unary: async (client, options) => (await client.unary({ value: 'm' }, options)).value,
  'client stream': async (client, options, requests = one()) =>
    (await client.clientStream(requests, options)).value,
  'server stream': (client, options) => joined(client.serverStream({ value: 'm' }, options)),
  'bidirectional stream': (client, options, requests = one()) =>
    joined(client.bidi(requests, options)),
};

export type Call = (typeof CALLS)[string];
export const STREAMS: readonly (readonly [string, Call])[] = Object.entries(CALLS).slice(1);

/** The error of a call; fails if it succeeds. */
export function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    (value) => {
      throw new Error(`expected an error, received ${JSON.stringify(value)}`);
    },
    (error: unknown) => {
      if (error instanceof ConnectError) return error;
      throw error;
    },
  );
}
