import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

export interface Text {
  readonly text: string;
}

/** Each message that a server has read. */
export const parsed: string[] = [];

export type Method = MethodDefinition<Text, Text>;

function method(
  service: string,
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): Method {
  return {
    path: `/test.v1.${service}/${name}`,
    requestStream,
    responseStream,
    requestSerialize: ({ text }) => Buffer.from(text),
    requestDeserialize: (bytes) => {
      parsed.push(bytes.toString());
      return { text: bytes.toString() };
    },
    responseSerialize: ({ text }) => Buffer.from(text),
    responseDeserialize: (bytes) => ({ text: bytes.toString() }),
  };
}

export function serviceOf(name: string) {
  return {
    Unary: method(name, 'Unary', false, false),
    Collect: method(name, 'Collect', true, false),
    List: method(name, 'List', false, true),
    Chat: method(name, 'Chat', true, true),
  } satisfies ServiceDefinition;
}

/** As proto-loader returns it: a service with all four kinds of methods, and one with a method of its own. */
export const packageDefinition = {
  'test.v1.Echo': serviceOf('Echo'),
  'test.v1.Other': { Unary: serviceOf('Other').Unary },
};

export const { Unary, Collect, List, Chat } = packageDefinition['test.v1.Echo'];
