import { ConfigError } from '@grpc-authn/core';
import type { DynamicModule } from '@nestjs/common';
import { GrpcAuth, MODULE_OPTIONS } from './grpc-auth.ts';
import type { GrpcAuthModuleOptions } from './module-policy.ts';

const OPTION_NAMES = ['otherwise', 'rules', 'descriptorSet', 'serviceDefaults'];

/**
 * Makes the policy of all gRPC transports of an application from the decorators of its controllers. A method
 * without a decorator gets the rule of the .proto, then `otherwise`, default denyAll(). `rules` are for services
 * without controllers, such as healthChecks().
 *
 * A call that the interceptor did not admit never reaches a handler.
 *
 * @throws ConfigError from forRoot() for a wrong option; at the start of the application for a decorator that no
 * call reaches, a gRPC transport without withGrpcAuth() or with a `policy`, and as definePolicy() does.
 * @example \@Module({ imports: [GrpcAuthModule.forRoot({ rules: healthChecks() })], controllers: [Orders] })
 */
export const GrpcAuthModule: {
  forRoot(options?: GrpcAuthModuleOptions): DynamicModule;
} = Object.freeze({
  forRoot(options: GrpcAuthModuleOptions = {}): DynamicModule {
    checkOptions(options);
    return {
      module: GrpcAuth,
      providers: [{ provide: MODULE_OPTIONS, useValue: { ...options } }],
    };
  },
});

function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError(`GrpcAuthModule.forRoot: expected options, received ${typeof options}`);
  }
  const problems = Object.keys(options)
    .filter((name) => !OPTION_NAMES.includes(name))
    .map((path) => ({
      path,
      message: `expected one of ${OPTION_NAMES.join(', ')}, received an unknown option`,
    }));
  if (problems.length > 0) throw new ConfigError(problems, { title: 'GrpcAuthModule.forRoot' });
}
