import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { ContextValues, HandlerContext, Interceptor } from '@connectrpc/connect';
import {
  type Authenticator,
  type BindingOptions,
  type CallGuard,
  type Clock,
  ConfigError,
  createCallGuard,
} from '@grpc-authn/core/authenticator';
import { callOf, ConnectCall } from './connect-call.ts';
import { type ConnectSettings, internalError } from './connect-settings.ts';
import { contextValues } from './transport.ts';
import { Warnings } from './warnings.ts';

/** The options of a guard; or a guard that exists, of loadAuth() for example. */
export type ConnectAuthOptions =
  | BindingOptions
  | {
      readonly guard: CallGuard;
      /** The authenticator of the guard: getConnectPrincipal() checks that it asks its argument `from`. */
      readonly authenticator?: Authenticator<object>;
      /** The clock of the guard; default: the system's. */
      readonly clock?: Clock;
    };

/** For connectNodeAdapter() and others with the same options. Each of the three is needed. */
export interface ConnectAuth {
  /** Decides a call before a byte of its body is read. */
  readonly requestGate: (context: HandlerContext) => void | Promise<void>;
  /**
   * Ends calls for handler and client when their token expires or is revoked. List it first, so that it includes
   * the other interceptors. Calls that requestGate did not decide end with INTERNAL.
   */
  readonly interceptor: Interceptor;
  /** The peer's address and certificate, for the gate. Without it all callers are one peer. */
  readonly contextValues: (request: IncomingMessage | Http2ServerRequest) => ContextValues;
}

/**
 * Authentication for a Connect server on Node.js, for each of its protocols.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * const { requestGate, interceptor, contextValues } = createConnectAuth({ authenticator, policy });
 * connectNodeAdapter({ routes, requestGate, interceptors: [interceptor], contextValues });
 */
export function createConnectAuth(options: ConnectAuthOptions): ConnectAuth {
  const settings = readOptions(options);
  return Object.freeze({
    contextValues,
    requestGate(context: HandlerContext): void | Promise<void> {
      return new ConnectCall(settings, context).decide();
    },
    interceptor: ((next) => async (request) => {
      const call = callOf(request.contextValues);
      if (call?.settings !== settings) throw internalError(settings, 'GRPC_AUTHN_NOT_ADMITTED');
      return call.run(next, request);
    }) satisfies Interceptor,
  });
}

/** @throws ConfigError */
function readOptions(options: ConnectAuthOptions): ConnectSettings {
  const hasGuard = typeof options === 'object' && options !== null && 'guard' in options;
  const guard = hasGuard ? checkGuard(options) : createCallGuard(options);
  const { authenticator, clock } = options;
  return Object.freeze({
    guard,
    root: authenticator,
    nowMs: () => clock?.nowMs() ?? Date.now(),
    hidden: headersOf(guard),
    warnings: new Warnings(),
  });
}

/** @throws ConfigError */
function checkGuard({
  guard,
  ...others
}: Extract<ConnectAuthOptions, { guard: CallGuard }>): CallGuard {
  const problems = Object.keys(others)
    .filter((name) => name !== 'authenticator' && name !== 'clock')
    .map((path) => ({
      path,
      message:
        'expected only `authenticator` and `clock` beside `guard`, which has the other options',
    }));
  if (!isGuard(guard)) {
    const message = `expected the guard of createCallGuard() or loadAuth(), received ${typeof guard}`;
    problems.push({ path: 'guard', message });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return guard;
}

function isGuard(guard: Partial<CallGuard> | null | undefined): boolean {
  return (['credentialsFrom', 'begin', 'finish', 'describe'] as const).every(
    (method) => typeof guard?.[method] === 'function',
  );
}

/** The headers that the guard reads credentials from: handlers do not see them. */
function headersOf(guard: CallGuard): readonly string[] {
  const headers: string[] = [];
  guard.credentialsFrom((header) => {
    headers.push(header);
    return undefined;
  });
  return headers;
}
