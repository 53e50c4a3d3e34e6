import { channel } from 'node:diagnostics_channel';
import {
  type AuthInterceptorOptions,
  ConfigError,
  createAuthInterceptor,
  findAdmission,
} from '@grpc-authn/core';
import type { ChannelOptions, ServerInterceptor } from '@grpc/grpc-js';
import {
  type CallContext,
  ServerError,
  type ServerMiddleware,
  type ServerMiddlewareCall,
  Status,
} from 'nice-grpc';
import type { NicePrincipal } from './nice-principal.ts';

/**
 * The options of createAuthInterceptor(), of which `propagation` is always 'async_context'; or an interceptor that
 * exists, of loadAuth() for example.
 */
export type NiceAuthOptions =
  | AuthInterceptorOptions
  | {
      /** Made with `propagation: 'async_context'`. */
      readonly interceptor: ServerInterceptor;
    };

export interface NiceAuth {
  /** For createServer(): they contain the interceptor, which decides before a message is read. */
  readonly serverOptions: ChannelOptions;
  /** Adds `principal` to the context. Calls that the interceptor did not admit end with INTERNAL. */
  readonly middleware: ServerMiddleware<NicePrincipal>;
}

/**
 * Authentication for a nice-grpc server. The interceptor decides each call; a middleware alone would run after the
 * message was parsed.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * const auth = createNiceAuth({ authenticator, policy });
 * const server = createServer(auth.serverOptions).use(auth.middleware);
 */
export function createNiceAuth(options: NiceAuthOptions): NiceAuth {
  const interceptor = readInterceptor(options);
  // grpc.Server reads its interceptors from here, although the type of channel options has none.
  const serverOptions = Object.freeze({ interceptors: [interceptor] }) as unknown as ChannelOptions;
  return Object.freeze({ serverOptions, middleware });
}

function readInterceptor(options: NiceAuthOptions): ServerInterceptor {
  if (typeof options !== 'object' || options === null || !('interceptor' in options)) {
    return createAuthInterceptor({ ...options, propagation: 'async_context' });
  }
  const { interceptor, ...others } = options;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new ConfigError([
      { path: other, message: 'expected nothing beside `interceptor`, whose options it has' },
    ]);
  }
  if (typeof interceptor === 'function') return interceptor;
  throw new ConfigError([
    {
      path: 'interceptor',
      message: `expected an interceptor of createAuthInterceptor() or loadAuth(), received ${typeof interceptor}`,
    },
  ]);
}

/**
 * Of core, for telemetry: nice-grpc emits an error on a stream that grpc-js has destroyed, which the interceptor does
 * not see.
 */
const handlerEnd = channel('grpc-authn:handler-end');

async function* middleware<Request, Response>(
  call: ServerMiddlewareCall<Request, Response, NicePrincipal>,
  context: CallContext,
): AsyncGenerator<Response, Response | void, undefined> {
  const admission = findAdmission();
  if (admission === undefined) {
    warnOnce();
    throw new ServerError(Status.INTERNAL, 'Internal error');
  }
  const { principal, callId } = admission;
  try {
    return yield* call.next(call.request, { ...context, principal });
  } catch (error) {
    if (call.responseStream && callId !== undefined) handlerEnd.publish(callId);
    throw error;
  }
}

let hasWarned = false;

/** The caller learns nothing about it. */
function warnOnce(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    'a call reached the middleware that the interceptor did not admit, so it was refused: pass auth.serverOptions to ' +
      "createServer(), and make an interceptor of your own with propagation: 'async_context'",
    { code: 'GRPC_AUTHN_NOT_ADMITTED' },
  );
}
