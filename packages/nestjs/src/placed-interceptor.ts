import type { Policy } from '@grpc-authn/core';
import type { ServerInterceptor } from '@grpc/grpc-js';

/** An interceptor that withGrpcAuth() has put into the options of a transport. */
export interface PlacedInterceptor {
  readonly interceptor: ServerInterceptor;
  /** Where its rules come from: the decorators, or what withGrpcAuth() was given. */
  readonly rulesFrom: 'decorators' | 'policy' | 'interceptor';
  /**
   * Applies the rules of the decorators, which are those of one application.
   *
   * @throws ConfigError for a policy that does not fit the authenticator, and while another application runs.
   */
  start(policy: Policy, application: object): void;
  /** That application has ended. */
  stop(application: object): void;
}

const placed = new WeakMap<ServerInterceptor, PlacedInterceptor>();

export function place(interceptor: PlacedInterceptor): ServerInterceptor {
  placed.set(interceptor.interceptor, interceptor);
  return interceptor.interceptor;
}

/** NestJS passes channel options to grpc.Server, which reads interceptors from them although the type has none. */
export function interceptorsIn(channelOptions: object | undefined): readonly ServerInterceptor[] {
  const { interceptors = [] } = (channelOptions ?? {}) as {
    readonly interceptors?: readonly ServerInterceptor[];
  };
  return interceptors;
}

export function placedIn(channelOptions: object | undefined): PlacedInterceptor | undefined {
  return interceptorsIn(channelOptions)
    .map((interceptor) => placed.get(interceptor))
    .find((found) => found !== undefined);
}
