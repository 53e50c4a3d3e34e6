import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type ContextKey,
  type ContextValues,
  createContextKey,
  createContextValues,
} from '@connectrpc/connect';
import type { TransportCall } from '@grpc-authn/core/authenticator';

/** The connection and the request of a call, which Connect does not show. */
export class Transport {
  readonly peer: NonNullable<TransportCall['peer']>;
  readonly #request: IncomingMessage | Http2ServerRequest;

  constructor(request: IncomingMessage | Http2ServerRequest) {
    this.#request = request;
    const session = 'stream' in request ? request.stream.session : undefined;
    const connection = session ?? request.socket;
    // That of a stream knows its connection only until the stream is closed.
    const socket = session?.socket ?? request.socket;
    this.peer = {
      address: addressOf(socket),
      connection,
      /** Costs some 40 µs on mutual TLS, so it is read only when an authenticator asks for it. */
      get certificate(): Uint8Array {
        // undefined if there is none, which the type of an optional getter cannot say.
        return certificateOf(socket) as Uint8Array;
      },
    };
  }

  /** True if nothing can be sent to the caller any more. */
  get isGone(): boolean {
    const request = this.#request;
    return 'stream' in request ? request.stream.destroyed : request.socket.destroyed;
  }

  /** True if HTTP/1.1 still receives the request: connect-node would respond only when it has received all of it. */
  get holdsResponse(): boolean {
    return !('stream' in this.#request) && !this.#request.complete;
  }
}

const TRANSPORT: ContextKey<Transport | undefined> = createContextKey<Transport | undefined>(
  undefined,
  { description: 'grpc-authn transport' },
);

export function contextValues(request: IncomingMessage | Http2ServerRequest): ContextValues {
  return createContextValues().set(TRANSPORT, new Transport(request));
}

export function transportOf(values: ContextValues): Transport | undefined {
  return values.get(TRANSPORT);
}

/** As grpc-js shows it. */
function addressOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'unknown' : `${remoteAddress}:${remotePort}`;
}

/** Only of a certificate that Node.js has verified: with `rejectUnauthorized: false`, anybody may send any. */
function certificateOf(socket: Socket | TLSSocket): Uint8Array | undefined {
  // The socket of an HTTP/2 session has each member of its own socket, but `in` does not find them.
  const { authorized } = socket as Partial<TLSSocket>;
  return authorized === true ? (socket as TLSSocket).getPeerCertificate().raw : undefined;
}
