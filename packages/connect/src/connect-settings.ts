import { Code, ConnectError } from '@connectrpc/connect';
import type { Authenticator, CallGuard } from '@grpc-authn/core/authenticator';
import type { WarningCode, Warnings } from './warnings.ts';

/** What all calls of one createConnectAuth() share. */
export interface ConnectSettings {
  readonly guard: CallGuard;
  /** The authenticator of the guard, if it is known. */
  readonly root: Authenticator<object> | undefined;
  readonly nowMs: () => number;
  /** The headers that are removed before the handler runs. */
  readonly hidden: readonly string[];
  readonly warnings: Warnings;
}

/** A fault of the server. */
export function internalError(settings: ConnectSettings, code: WarningCode): ConnectError {
  settings.warnings.emit(code);
  return new ConnectError('Internal error', Code.Internal);
}
