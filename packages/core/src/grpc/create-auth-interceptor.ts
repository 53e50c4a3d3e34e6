import type { ServerInterceptor } from '@grpc/grpc-js';
import { GuardedCall } from './guarded-call.ts';
import { type AuthInterceptorOptions, readInterceptorOptions } from './interceptor-options.ts';

/**
 * Authenticates every call of a grpc-js server: good ones reach the handler with a principal
 * (`getPrincipal`), the others end with a status and are never deserialized. Whatever the
 * authenticator does, a call gets exactly one of the two.
 *
 * @throws ConfigError for a wrong option, and at no other time.
 * @example
 * const server = new grpc.Server({ interceptors: [createAuthInterceptor({ authenticator })] });
 */
export function createAuthInterceptor(options: AuthInterceptorOptions): ServerInterceptor {
  const settings = readInterceptorOptions(options);
  return (method, call) => new GuardedCall(settings, method, call);
}
