import {
  Metadata,
  type ServerInterceptingCall,
  type ServerInterceptor,
  status as Status,
} from '@grpc/grpc-js';
import type {
  AuthInterceptorOptions,
  SharedGuardOptions,
} from '../../src/grpc/interceptor-options.ts';
import { createAuthInterceptor } from '../../src/grpc/create-auth-interceptor.ts';

type Inner = Parameters<ServerInterceptor>[1];
type Listener = Parameters<ServerInterceptingCall['start']>[0];

interface SentStatus {
  readonly code: number;
  readonly metadata: Metadata | null;
}

/** A call behind the interceptor, with neither a server nor a handler: it notes what passes. */
export class BareCall {
  /** What reached grpc-js, and what reached the handler. */
  readonly outbound: string[] = [];
  readonly inbound: string[] = [];
  readonly guarded: ServerInterceptingCall;
  /** What grpc-js calls when a message is sent. */
  readonly onSent: (() => void)[] = [];
  onStatus: (status: SentStatus) => void = () => undefined;
  #grpc: Listener | undefined;

  constructor(
    options: AuthInterceptorOptions | SharedGuardOptions,
    kind: 'unary' | 'bidi' = 'bidi',
  ) {
    const streams = kind === 'bidi';
    const method = {
      path: '/orders.v1.Orders/Get',
      requestStream: streams,
      responseStream: streams,
    } as Parameters<ServerInterceptor>[0];
    const note = (what: string) => (): void => void this.outbound.push(what);
    const inner = {
      start: (listener: Listener) => (this.#grpc = listener),
      startRead: note('read'),
      sendMetadata: note('metadata'),
      sendMessage: (_message: unknown, onSent: () => void) => {
        this.outbound.push('message');
        this.onSent.push(onSent);
      },
      sendStatus: (status: SentStatus) => {
        this.outbound.push(`status ${status.code}`);
        this.onStatus(status);
      },
      getPeer: () => '192.0.2.1:50000',
      getHost: () => 'orders',
      getDeadline: () => Infinity,
      getAuthContext: () => ({}),
    } as unknown as Inner;
    this.guarded = createAuthInterceptor(options)(method, inner);
    const heard = (what: string) => (): void => void this.inbound.push(what);
    this.guarded.start({
      onReceiveMetadata: heard('metadata'),
      onReceiveMessage: heard('message'),
      onReceiveHalfClose: heard('half-close'),
      onCancel: heard('cancel'),
    });
  }

  receiveMetadata(metadata = new Metadata()): void {
    this.#grpc?.onReceiveMetadata(metadata);
  }
  receiveMessage(): void {
    this.#grpc?.onReceiveMessage('message');
  }
  receiveHalfClose(): void {
    this.#grpc?.onReceiveHalfClose();
  }
  receiveCancel(): void {
    this.#grpc?.onCancel();
  }

  /** All that a handler can do. */
  sendEverything(): void {
    this.guarded.sendMetadata(new Metadata());
    this.guarded.sendMessage('message', () => undefined);
    this.guarded.startRead();
    this.guarded.sendStatus({ code: Status.OK, details: 'OK', metadata: null });
  }
}
