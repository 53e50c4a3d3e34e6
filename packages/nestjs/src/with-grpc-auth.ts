import { type AuthInterceptorOptions, ConfigError, createAuthInterceptor } from '@grpc-authn/core';
import type { ServerInterceptor } from '@grpc/grpc-js';
import { type GrpcOptions, Transport } from '@nestjs/microservices';
import { DeferredInterceptor } from './deferred-interceptor.ts';
import { interceptorsIn, place, type PlacedInterceptor, placedIn } from './placed-interceptor.ts';

/**
 * The options of createAuthInterceptor(); or an interceptor that exists, of loadAuth() for example, with its own
 * policy.
 */
export type NestAuthOptions = AuthInterceptorOptions | { readonly interceptor: ServerInterceptor };

/**
 * The options of a gRPC transport, with the interceptor that decides each call before its message is read. For
 * createMicroservice() and connectMicroservice(). Other interceptors in the options run before it.
 *
 * Without a policy the rules are those of the decorators, and calls get UNAVAILABLE until GrpcAuthModule has
 * read them, at the start of the application. With a policy, or an interceptor that has one, decorators of
 * this package are an error.
 *
 * @throws ConfigError for a wrong option, another transport, and options that withGrpcAuth() has returned.
 * @example
 * const options = withGrpcAuth({ transport: Transport.GRPC, options: { package, protoPath } }, { authenticator });
 * const app = await NestFactory.createMicroservice(AppModule, options);
 */
export function withGrpcAuth(options: GrpcOptions, auth: NestAuthOptions): GrpcOptions {
  checkTransport(options);
  const { channelOptions } = options.options;
  if (placedIn(channelOptions) !== undefined) {
    throw wrong('channelOptions.interceptors', 'one call of withGrpcAuth()', 'a second one');
  }
  // The last interceptor is next to the handler, so that no other one replaces the metadata after it.
  const interceptors = [...interceptorsIn(channelOptions), place(readAuth(auth))];
  return {
    ...options,
    transport: Transport.GRPC,
    options: { ...options.options, channelOptions: { ...channelOptions, interceptors } },
  };
}

function checkTransport(options: GrpcOptions): void {
  const given = options as Partial<GrpcOptions> | null | undefined;
  if (typeof given?.options !== 'object' || given.options === null) {
    throw wrong('options', 'the options of a gRPC transport', typeof given?.options);
  }
  const { transport = Transport.GRPC } = given;
  if (transport === Transport.GRPC) return;
  throw wrong('transport', 'Transport.GRPC', `Transport.${Transport[transport] ?? transport}`);
}

function readAuth(auth: NestAuthOptions): PlacedInterceptor {
  if (typeof auth !== 'object' || auth === null || !('interceptor' in auth)) {
    const options = auth as AuthInterceptorOptions | undefined;
    return options?.policy === undefined
      ? new DeferredInterceptor(auth)
      : fixed(createAuthInterceptor(auth), 'policy');
  }
  const { interceptor, ...others } = auth;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw wrong(other, 'nothing beside `interceptor`, whose options it has', 'an option');
  }
  if (typeof interceptor === 'function') return fixed(interceptor, 'interceptor');
  throw wrong(
    'interceptor',
    'an interceptor of createAuthInterceptor() or loadAuth()',
    typeof interceptor,
  );
}

function fixed(
  interceptor: ServerInterceptor,
  rulesFrom: 'policy' | 'interceptor',
): PlacedInterceptor {
  return { interceptor, rulesFrom, start: () => undefined, stop: () => undefined };
}

function wrong(path: string, expected: string, received: string): ConfigError {
  return new ConfigError([{ path, message: `expected ${expected}, received ${received}` }]);
}
