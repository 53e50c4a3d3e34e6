import type { MethodDefinition } from '@grpc/grpc-js';
import { decodeText, type EchoMethod, encodeText, kindOf, pathOf } from '../echo.ts';
import type { Seen } from '../seen.ts';
import { streamsRequests, streamsResponses } from '../wire-client.ts';

export const METHODS: readonly EchoMethod[] = [
  'unary',
  'clientStream',
  'serverStream',
  'bidi',
  'scoped',
  'anonymous',
  'public',
];

export interface Text {
  readonly text: string;
}

/** One method of echo.v1.Echo for grpc-js and what is built on it; counts what is deserialized. */
export function definitionOf(method: EchoMethod, seen: Seen): MethodDefinition<Text, Text> {
  const kind = kindOf(method);
  return {
    path: pathOf(method),
    requestStream: streamsRequests(kind),
    responseStream: streamsResponses(kind),
    requestSerialize: ({ text }) => encodeText(text),
    requestDeserialize: (bytes) => {
      seen.parsedMessages += 1;
      return { text: decodeText(bytes) };
    },
    responseSerialize: ({ text }) => encodeText(text),
    responseDeserialize: (bytes) => ({ text: decodeText(bytes) }),
  };
}
