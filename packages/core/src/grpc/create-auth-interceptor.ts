import type { ServerInterceptor } from '@grpc/grpc-js';
import type { Authenticator } from '../contract/authenticator.ts';
import { checkClock, type Clock } from '../contract/clock.ts';
import { checkOptionNames } from '../errors/option-checks.ts';
import { createCallGuard } from '../guard/create-call-guard.ts';
import type { CallGuard } from '../guard/transport-call.ts';
import { GuardedCall } from './guarded-call.ts';
import {
  type AuthInterceptorOptions,
  type GrpcOptions,
  INTERCEPTOR_OPTION_NAMES,
  readGrpcOptions,
} from './interceptor-options.ts';

/**
 * Authenticates every call of a grpc-js server, and authorizes it by the policy. Accepted calls reach
 * the handler with a principal (`getPrincipal`); refused ones end with a status and are never
 * deserialized. Whatever the authenticator does, a call gets exactly one of the two.
 *
 * Without a policy every method needs a verified caller. Rules under a dry run are reported by a
 * process warning.
 *
 * @throws ConfigError for a wrong option, and at no other time.
 * @example
 * const server = new grpc.Server({ interceptors: [createAuthInterceptor({ authenticator })] });
 */
export function createAuthInterceptor(options: AuthInterceptorOptions): ServerInterceptor {
  checkOptionNames('createAuthInterceptor', options, INTERCEPTOR_OPTION_NAMES);
  const { credentials, propagation, forwardToken, ...binding } = options;
  return interceptorOver(createCallGuard(binding), {
    ...binding,
    ...(credentials === undefined ? undefined : { credentials }),
    ...(propagation === undefined ? undefined : { propagation }),
    ...(forwardToken === undefined ? undefined : { forwardToken }),
  });
}

/** An interceptor over a guard that is used elsewhere, too. @throws ConfigError for a wrong option. */
export function interceptorOver(
  guard: CallGuard,
  options: GrpcOptions & { readonly authenticator: Authenticator<object>; readonly clock?: Clock },
): ServerInterceptor {
  const settings = readGrpcOptions(options);
  const { authenticator: root } = options;
  const clock = checkClock(options.clock);
  return (method, call) => new GuardedCall({ guard, root, clock, ...settings }, method, call);
}
