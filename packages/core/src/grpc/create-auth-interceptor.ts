import type { ServerInterceptor } from '@grpc/grpc-js';
import { reportDryRuns } from '../gate/report-dry-runs.ts';
import { effectiveRule } from '../policy/rule.ts';
import { GuardedCall } from './guarded-call.ts';
import { type AuthInterceptorOptions, readInterceptorOptions } from './interceptor-options.ts';

/**
 * Authenticates every call of a grpc-js server, and authorizes it by the policy: good ones reach the
 * handler with a principal (`getPrincipal`), the others end with a status and are never deserialized.
 * Whatever the authenticator does, a call gets exactly one of the two.
 *
 * Without a policy every method needs a verified caller. Rules under a dry run are told by a process
 * warning at each start.
 *
 * @throws ConfigError for a wrong option, and at no other time.
 * @example
 * const server = new grpc.Server({ interceptors: [createAuthInterceptor({ authenticator })] });
 */
export function createAuthInterceptor(options: AuthInterceptorOptions): ServerInterceptor {
  const settings = readInterceptorOptions(options);
  reportDryRuns(options.policy);
  return (method, call) => {
    const rule = settings.gate.ruleFor(method.path);
    if (effectiveRule(rule, method.path).kind === 'public') return call as GuardedCall;
    return new GuardedCall(settings, rule, method, call);
  };
}
