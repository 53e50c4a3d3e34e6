import type { Authenticator } from './authenticator.ts';
import type { Principal } from './principal.ts';

/** What the interceptor attaches to a call that it admitted. */
export interface CallAuthInfo {
  /** undefined for an anonymous caller. */
  readonly principal: Principal<object> | undefined;
  /** The server's authenticator; undefined where a test attached the info. */
  readonly root: Authenticator<object> | undefined;
  /** True on a public method: nobody was asked. */
  readonly public?: true;
  /** The ID of the call in its decisions; undefined where a test attached the info. */
  readonly callId?: string;
  /** True once the errors of the handler's stream are reported to telemetry. */
  errorsReported?: true;
}

/** The part of grpc-js's Metadata that stores it. */
export interface OpaqueMetadata {
  setOpaque(key: string, value: unknown): void;
  getOpaque(key: string): unknown;
}

/** Opaque data is never sent, and never received. */
const KEY = '@grpc-authn/call-auth-info';

export function setAuthInfo(metadata: Pick<OpaqueMetadata, 'setOpaque'>, info: CallAuthInfo): void {
  metadata.setOpaque(KEY, info);
}

export function getAuthInfo(metadata: Pick<OpaqueMetadata, 'getOpaque'>): CallAuthInfo | undefined {
  return metadata.getOpaque(KEY) as CallAuthInfo | undefined;
}
