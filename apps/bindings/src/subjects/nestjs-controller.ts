import { findAdmission } from '@grpc-authn/core';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { Type } from '@nestjs/common';
import { Readable, type Writable } from 'node:stream';
import { Observable } from 'rxjs';
import { type EchoMethod, kindOf, SCOPE } from '../echo.ts';
import type { Handler } from '../subject.ts';
import { streamsRequests, streamsResponses } from '../wire-client.ts';
import { METHODS, type Text } from './definition.ts';
import { handlerOf, writable } from './grpc-js.ts';
import type { Nest, Style } from './nestjs.ts';

type Call = ServerUnaryCall<Text, Text>;

/** 'ServerStream' */
export function nameOf(method: EchoMethod): string {
  return method.charAt(0).toUpperCase() + method.slice(1);
}

/** The controller of echo.v1.Echo, with the rules of echo.ts as decorators. */
export function controllerOf(nest: Nest, style: Style, handle: Handler): Type {
  class Echo {
    readonly name = 'echo';
  }
  const { AllowAnonymous, Authenticated, PublicMethod, RequireScopes } = nest.binding;
  const rules: Readonly<Partial<Record<EchoMethod, MethodDecorator>>> = {
    scoped: RequireScopes(SCOPE),
    anonymous: AllowAnonymous(),
    public: PublicMethod(),
  };
  for (const method of METHODS) {
    const isCall = style === 'calls' && streamsRequests(kindOf(method));
    const value = isCall ? handlerOf(method, handle) : observing(method, handle);
    const descriptor = { value, configurable: true, enumerable: false, writable: true };
    for (const decorate of [decoratorOf(nest, method, isCall), rules[method]]) {
      decorate?.(Echo.prototype, method, descriptor);
    }
    Object.defineProperty(Echo.prototype, method, descriptor);
  }
  Authenticated()(Echo);
  nest.common.Controller()(Echo);
  return Echo;
}

function decoratorOf(
  { microservices }: Nest,
  method: EchoMethod,
  isCall: boolean,
): MethodDecorator {
  const { GrpcMethod, GrpcStreamCall, GrpcStreamMethod } = microservices;
  if (isCall) return GrpcStreamCall('Echo', nameOf(method));
  return streamsRequests(kindOf(method))
    ? GrpcStreamMethod('Echo', nameOf(method))
    : GrpcMethod('Echo', nameOf(method));
}

/** A handler that returns an Observable; a unary one, which NestJS does not unsubscribe, a promise. */
function observing(method: EchoMethod, handle: Handler) {
  const kind = kindOf(method);
  return (request: Text | Observable<Text>, _: unknown, call: Call): object => {
    const requests = 'subscribe' in request ? textsOf(request) : textOf(request);
    const answers = (signal: AbortSignal): AsyncIterable<string> =>
      handle({
        principal: findAdmission(call)?.principal,
        authorization: call.metadata.get('authorization')[0]?.toString(),
        requests,
        signal,
      });
    if (streamsRequests(kind) || streamsResponses(kind)) {
      return observe(answers, streamsResponses(kind) ? (call as unknown as Writable) : undefined);
    }
    const aborted = new AbortController();
    call.on('cancelled', () => aborted.abort());
    return firstOf(answers(aborted.signal));
  };
}

async function firstOf(answers: AsyncIterable<string>): Promise<Text> {
  for await (const text of answers) return { text };
  throw new Error('the handler answers nothing');
}

/** All answers for a stream of responses, else the first. */
function observe(
  answers: (signal: AbortSignal) => AsyncIterable<string>,
  responses: Writable | undefined,
): Observable<Text> {
  return new Observable((subscriber) => {
    const aborted = new AbortController();
    const send = async (): Promise<void> => {
      for await (const text of answers(aborted.signal)) {
        subscriber.next({ text });
        if (responses === undefined || subscriber.closed) return;
        // NestJS itself never lets an Observable wait.
        if (responses.writableNeedDrain) await writable(responses, aborted.signal);
      }
    };
    send().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => aborted.abort();
  });
}

/** NestJS sends the messages that it has buffered when the handler returns, so they are subscribed at once. */
function textsOf(messages: Observable<Text>): AsyncIterable<string> {
  const texts = new Readable({ objectMode: true, read: () => undefined });
  messages.subscribe({
    next: ({ text }) => texts.push(text),
    error: (error: Error) => texts.destroy(error),
    complete: () => texts.push(null),
  });
  return texts as AsyncIterable<string>;
}

async function* textOf({ text }: Text): AsyncGenerator<string> {
  yield text;
}
