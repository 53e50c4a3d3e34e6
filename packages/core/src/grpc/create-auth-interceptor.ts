import type { ServerInterceptor } from '@grpc/grpc-js';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { checkClock } from '../contract/clock.ts';
import { checkOptionNames, describeValue, wrongOption } from '../errors/option-checks.ts';
import { createCallGuard } from '../guard/create-call-guard.ts';
import { INTERCEPTOR_OPTION_NAMES } from '../guard/guard-options.ts';
import type { CallGuard } from '../guard/call-guard.ts';
import { GuardedCall } from './guarded-call.ts';
import {
  type AuthInterceptorOptions,
  readGrpcOptions,
  SHARED_GUARD_OPTION_NAMES,
  type SharedGuardOptions,
} from './interceptor-options.ts';

/**
 * Authenticates every call of a grpc-js server, and authorizes it by the policy. Accepted calls reach
 * the handler with a principal (`getPrincipal`); refused ones end with a status and are never
 * deserialized. Whatever the authenticator does, a call has exactly one of these outcomes.
 *
 * Without a policy every method needs a verified caller. Rules under a dry run are reported by a
 * process warning.
 *
 * @throws ConfigError for a wrong option, and at no other time.
 * @example
 * const server = new grpc.Server({ interceptors: [createAuthInterceptor({ authenticator })] });
 */
export function createAuthInterceptor(
  options: AuthInterceptorOptions | SharedGuardOptions,
): ServerInterceptor {
  if (isShared(options)) {
    checkOptionNames('createAuthInterceptor', options, SHARED_GUARD_OPTION_NAMES);
    checkGuard(options.guard);
    checkAuthenticator(options.authenticator);
    return bind(options.guard, options);
  }
  checkOptionNames('createAuthInterceptor', options, INTERCEPTOR_OPTION_NAMES);
  const { credentials: _, propagation: __, forwardToken: ___, ...binding } = options;
  return bind(createCallGuard(binding), options);
}

function bind(guard: CallGuard, options: Omit<SharedGuardOptions, 'guard'>): ServerInterceptor {
  const settings = Object.freeze({
    guard,
    root: options.authenticator,
    clock: checkClock(options.clock),
    ...readGrpcOptions(options, options.authenticator),
  });
  return (method, call) => new GuardedCall(settings, method, call);
}

function checkGuard(guard: unknown): void {
  const { begin } = (guard ?? {}) as { readonly begin?: unknown };
  if (typeof begin === 'function') return;
  throw wrongOption('guard', describeValue(guard), 'a guard of createCallGuard()');
}

function isShared(
  options: AuthInterceptorOptions | SharedGuardOptions | null | undefined,
): options is SharedGuardOptions {
  return typeof options === 'object' && options !== null && 'guard' in options;
}
