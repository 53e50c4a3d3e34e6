import { ConfigError } from '@grpc-authn/core';
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { type GrpcOptions, Transport } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { GrpcAuthModule, withGrpcAuth } from '../src/index.ts';
import { authenticator, startMicroservice } from './support/app.ts';
import { call } from './support/client.ts';
import { ObservableEcho } from './support/controllers.ts';

const OPTIONS: GrpcOptions = { transport: Transport.GRPC, options: { package: 'test.v1' } };

function interceptorsIn({ options }: GrpcOptions): readonly unknown[] {
  return (options.channelOptions as { interceptors: readonly unknown[] }).interceptors;
}

describe('withGrpcAuth()', () => {
  it('puts its interceptor after the others, and changes no option of the caller', () => {
    const other: ServerInterceptor = (_, inner) => new ServerInterceptingCall(inner);
    const channelOptions = { interceptors: [other], 'grpc.max_concurrent_streams': 7 };
    const given = { options: { package: 'test.v1', url: ':1', channelOptions } };
    const made = withGrpcAuth(given, { authenticator });
    expect(made).toMatchObject({ transport: Transport.GRPC, options: { url: ':1' } });
    expect(made.options.channelOptions).toMatchObject({ 'grpc.max_concurrent_streams': 7 });
    expect(interceptorsIn(made)).toEqual([other, expect.any(Function)]);
    expect(channelOptions.interceptors).toEqual([other]);
  });

  it('lets other interceptors see calls that it refuses', async () => {
    const methods: string[] = [];
    const other: ServerInterceptor = ({ path }, inner) => {
      methods.push(path);
      return new ServerInterceptingCall(inner);
    };
    const channelOptions = { interceptors: [other] };
    const controllers = [ObservableEcho];
    const address = await startMicroservice({ controllers, options: { channelOptions } });
    expect((await call(address)).code).toBe('UNAUTHENTICATED');
    expect(methods).toEqual(['/test.v1.Echo/Unary']);
  });

  it.each([
    ['options', undefined, { authenticator }, 'options: expected the options of a gRPC transport'],
    ['no options', {}, { authenticator }, 'options: expected the options of a gRPC transport'],
    [
      'another transport',
      { ...OPTIONS, transport: Transport.TCP },
      { authenticator },
      'transport: expected Transport.GRPC, received Transport.TCP',
    ],
    [
      'a second call',
      withGrpcAuth(OPTIONS, { authenticator }),
      { authenticator },
      'expected one call of withGrpcAuth()',
    ],
    ['no authenticator', OPTIONS, {}, 'authenticator'],
    ['nothing', OPTIONS, undefined, 'authenticator'],
    ['an unknown option', OPTIONS, { authenticator, polcy: 1 }, 'polcy'],
    ['a wrong option', OPTIONS, { authenticator, timeoutMs: -1 }, 'timeoutMs'],
    ['a wrong policy', OPTIONS, { authenticator, policy: 1 }, 'policy'],
    ['no interceptor', OPTIONS, { interceptor: 1 }, 'interceptor: expected an interceptor of'],
    [
      'an option beside an interceptor',
      OPTIONS,
      { interceptor: () => undefined, authenticator },
      'authenticator: expected nothing beside `interceptor`',
    ],
  ])('refuses %s', (_, options, auth, message) => {
    const make = (): unknown => withGrpcAuth(options as never, auth as never);
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });
});

describe('GrpcAuthModule.forRoot()', () => {
  it.each([
    [null, 'expected options'],
    [{ policy: 1 }, 'policy: expected one of otherwise, rules'],
    [{ services: [] }, 'services: expected one of otherwise, rules'],
  ])('refuses %o', (options, message) => {
    const make = (): unknown => GrpcAuthModule.forRoot(options as never);
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });
});
