import { findPrincipal, type Principal } from '@grpc-authn/core';
import type {
  Metadata,
  ServerDuplexStream,
  ServerReadableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { Ctx, GrpcMethod, GrpcStreamCall, GrpcStreamMethod, Payload } from '@nestjs/microservices';
import { last, map, type Observable, of, reduce } from 'rxjs';
import { CurrentPrincipal, RequireScopes } from '../../src/index.ts';
import type { Text } from './echo.ts';

function nameOf(principal: Principal | undefined): string {
  return principal?.subject ?? 'nobody';
}

type Duplex = ServerDuplexStream<Text, Text>;
type Readable = ServerReadableStream<Text, Text>;

/** Handlers that return Observables. */
@Controller()
@RequireScopes('read')
export class ObservableEcho {
  @GrpcMethod('Echo', 'Unary')
  unary(@Payload() { text }: Text, @CurrentPrincipal() caller: Principal | undefined): Text {
    return { text: nameOf(caller) + text };
  }

  @GrpcStreamMethod('Echo', 'Collect')
  collect(
    @Payload() messages: Observable<Text>,
    @CurrentPrincipal() caller: Principal | undefined,
  ): Observable<Text> {
    return messages.pipe(
      reduce((all, { text }) => all + text, ''),
      map((all) => ({ text: nameOf(caller) + all })),
    );
  }

  @GrpcMethod('Echo', 'List')
  list(
    @Payload() { text }: Text,
    @Ctx() metadata: Metadata,
    @CurrentPrincipal() caller: Principal | undefined,
  ): Observable<Text> {
    return of({ text: nameOf(caller) }, { text: nameOf(findPrincipal({ metadata })) + text });
  }

  @GrpcStreamMethod('Echo', 'Chat')
  chat(
    @Payload() messages: Observable<Text>,
    @CurrentPrincipal() caller: Principal | undefined,
  ): Observable<Text> {
    return messages.pipe(map(({ text }) => ({ text: nameOf(caller) + text })));
  }
}

/** Handlers that get the call of grpc-js, where NestJS has that style: for streams of requests. */
@Controller()
@RequireScopes('read')
export class CallEcho {
  @GrpcMethod('Echo', 'Unary')
  unary(message: Text, metadata: Metadata): Promise<Text> {
    return Promise.resolve({ text: nameOf(findPrincipal({ metadata })) + message.text });
  }

  @GrpcStreamCall('Echo', 'Collect')
  collect(
    @Payload() call: Readable,
    @Ctx() callback: sendUnaryData<Text>,
    @CurrentPrincipal() caller: Principal | undefined,
  ): void {
    let all = nameOf(caller);
    call.on('data', ({ text }: Text) => (all += text));
    call.on('end', () => callback(null, { text: all }));
  }

  @GrpcMethod('Echo', 'List')
  list({ text }: Text, metadata: Metadata): Observable<Text> {
    const name = nameOf(findPrincipal({ metadata }));
    return of({ text: name }, { text: name + text });
  }

  @GrpcStreamCall('Echo', 'Chat')
  chat(@Payload() call: Duplex, @CurrentPrincipal() caller: Principal | undefined): void {
    call.on('data', ({ text }: Text) => call.write({ text: nameOf(caller) + text }));
    call.on('end', () => call.end());
  }
}

/** Without rules, and without asking for a caller. */
@Controller()
export class UnruledEcho {
  @GrpcMethod('Echo', 'Unary')
  unary(message: Text): Text {
    return message;
  }

  @GrpcStreamMethod('Echo', 'Collect')
  collect(messages: Observable<Text>): Observable<Text> {
    return messages.pipe(last());
  }

  @GrpcMethod('Echo', 'List')
  list(message: Text): Observable<Text> {
    return of(message);
  }

  @GrpcStreamMethod('Echo', 'Chat')
  chat(messages: Observable<Text>): Observable<Text> {
    return messages;
  }
}
