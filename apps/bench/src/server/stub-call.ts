import {
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServerMethodDefinition,
  status,
} from '@grpc/grpc-js';
import { UNARY } from './unary-method.ts';

type Listener = Parameters<ServerInterceptingCallInterface['start']>[0];

const METHOD = UNARY as unknown as ServerMethodDefinition<unknown, unknown>;
const MESSAGE = Buffer.from('hello');
const OK = { code: status.OK, details: '' };

/** What grpc-js passes to an interceptor, without a transport. */
class StubCall {
  listener: Listener | undefined;
  refused = false;
  start(listener: Listener): void {
    this.listener = listener;
  }
  sendMetadata(): void {}
  sendMessage(_message: unknown, sent: () => void): void {
    sent();
  }
  sendStatus({ code }: { code?: number }): void {
    this.refused = code !== 0;
  }
  startRead(): void {}
  getPeer(): string {
    return '127.0.0.1:50000';
  }
  getDeadline(): number {
    return Number.POSITIVE_INFINITY;
  }
  getHost(): string {
    return 'localhost';
  }
}

/** The handler's side. */
class StubHandler {
  admitted = 0;
  onReceiveMetadata(): void {
    this.admitted += 1;
  }
  onReceiveMessage(): void {}
  onReceiveHalfClose(): void {}
  onCancel(): void {}
}

function ignore(): void {}

/** Runs unary calls from their headers to their end; returns how many reached the handler. */
export function runCalls(
  metadata: readonly Metadata[],
  interceptor: ServerInterceptor | undefined,
  path: string = UNARY.path,
): number {
  const handler = new StubHandler();
  const method = path === UNARY.path ? METHOD : { ...METHOD, path };
  for (const headers of metadata) {
    const stub = new StubCall();
    const inner = stub as unknown as ServerInterceptingCallInterface;
    const call = interceptor === undefined ? inner : interceptor(method, inner);
    call.start(handler);
    const listener = stub.listener!;
    listener.onReceiveMetadata(headers);
    call.startRead();
    listener.onReceiveMessage(MESSAGE);
    listener.onReceiveHalfClose();
    call.sendMetadata(headers);
    call.sendMessage(MESSAGE, ignore);
    call.sendStatus(OK);
    listener.onCancel();
  }
  return handler.admitted;
}
