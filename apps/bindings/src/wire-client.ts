import type { AuthFailure } from '@grpc-authn/core/client';
import type { CallKind, EchoMethod } from './echo.ts';

/** How a client speaks to a server: 'gRPC', 'gRPC-web' or 'Connect'. */
export interface Protocol {
  readonly name: string;
  /** A client with a connection of its own. */
  connect(port: number): WireClient;
  /** Sends a call whose body is these bytes, which need not be messages. Resolves when the call has ended. */
  post(
    port: number,
    method: EchoMethod,
    authorization: string | undefined,
    body: Uint8Array,
  ): Promise<CallEnd>;
}

export interface WireClient {
  open(method: EchoMethod, options?: CallOptions): OpenCall;
  close(): void;
}

export interface CallOptions {
  /** Sent as a bearer token. */
  readonly token?: string;
  /** The one message that is sent, or its bytes. Default: 'hello'. */
  readonly message?: string | Uint8Array;
  /** False: a stream of requests stays open. Default: true. */
  readonly halfClose?: boolean;
  /** False: after the first response, nothing is read until resume() is called. Default: true. */
  readonly read?: boolean;
}

export interface OpenCall {
  readonly ended: Promise<CallEnd>;
  /** The responses so far. */
  readonly messages: readonly string[];
  cancel(): void;
  resume(): void;
}

export interface CallEnd {
  /** A gRPC status code. */
  readonly code: number;
  /** By readAuthFailure(). */
  readonly failure: AuthFailure | undefined;
  readonly messages: readonly string[];
}

export function streamsRequests(kind: CallKind): boolean {
  return kind === 'clientStream' || kind === 'bidi';
}

export function streamsResponses(kind: CallKind): boolean {
  return kind === 'serverStream' || kind === 'bidi';
}
