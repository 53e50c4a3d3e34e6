import { connect, type IncomingHttpHeaders } from 'node:http2';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Client, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import { decodeText, encodeText, kindOf, pathOf } from '../echo.ts';
import type { CallEnd, OpenCall, Protocol } from '../wire-client.ts';
import { streamsRequests, streamsResponses } from '../wire-client.ts';

type Outgoing = string | Uint8Array;
/** Which members it has depends on the kind. */
type Call = ReturnType<Client['makeUnaryRequest']> &
  Pick<NodeJS.ReadableStream, 'pause' | 'resume'>;

function toBytes(message: Outgoing): Buffer {
  return typeof message === 'string' ? encodeText(message) : Buffer.from(message);
}

/** gRPC by grpc-js, and by raw HTTP/2 where the body is not made of messages. */
export const GRPC: Protocol = {
  name: 'gRPC',
  connect(port) {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      // Each client has its own connection.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
    });
    return {
      open(method, { token, message = 'hello', halfClose = true, read = true } = {}): OpenCall {
        const metadata = new Metadata();
        if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
        const messages: string[] = [];
        const kind = kindOf(method);
        const keep = (_: unknown, answer?: string): void => {
          if (answer !== undefined) messages.push(answer);
        };
        const call = start(client, method, { message, metadata, halfClose, keep });
        // grpc-js buffers without limit until something is read, so that a slow reader reads one message.
        if (streamsResponses(kind)) {
          call.on('data', (answer: string) => {
            keep(null, answer);
            if (!read && messages.length === 1) call.pause();
          });
        }
        call.on('error', () => undefined);
        const ended = new Promise<CallEnd>((resolve) => {
          call.on('status', (last: StatusObject) => resolve(endOf(last, messages)));
        });
        return {
          ended,
          messages,
          cancel: () => call.cancel(),
          resume: () => void call.resume(),
        };
      },
      close: () => client.close(),
    };
  },
  post(port, method, authorization, body) {
    return new Promise((resolve, reject) => {
      const session = connect(`http://127.0.0.1:${port}`);
      session.on('error', reject);
      const stream = session.request({
        ':method': 'POST',
        ':path': pathOf(method),
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(authorization !== undefined && { authorization }),
      });
      const fields: IncomingHttpHeaders = {};
      stream.on('response', (headers) => Object.assign(fields, headers));
      stream.on('trailers', (trailers) => Object.assign(fields, trailers));
      stream.on('error', () => undefined);
      stream.on('close', () => {
        session.destroy();
        const metadata = Metadata.fromHttp2Headers(fields);
        resolve(endOf({ code: Number(fields['grpc-status']), metadata }, []));
      });
      stream.resume();
      stream.end(body);
    });
  },
};

function endOf(
  ended: { readonly code: number; readonly metadata: Metadata },
  messages: readonly string[],
): CallEnd {
  return { code: ended.code, failure: readAuthFailure(ended), messages };
}

function start(
  client: Client,
  method: Parameters<typeof kindOf>[0],
  {
    message,
    metadata,
    halfClose,
    keep,
  }: {
    readonly message: Outgoing;
    readonly metadata: Metadata;
    readonly halfClose: boolean;
    readonly keep: (error: unknown, answer?: string) => void;
  },
): Call {
  const path = pathOf(method);
  const kind = kindOf(method);
  if (!streamsRequests(kind)) {
    const call =
      kind === 'unary'
        ? client.makeUnaryRequest(path, toBytes, decodeText, message, metadata, {}, keep)
        : client.makeServerStreamRequest(path, toBytes, decodeText, message, metadata, {});
    return call as Call;
  }
  const call =
    kind === 'clientStream'
      ? client.makeClientStreamRequest(path, toBytes, decodeText, metadata, {}, keep)
      : client.makeBidiStreamRequest(path, toBytes, decodeText, metadata, {});
  call.write(message);
  if (halfClose) call.end();
  return call as unknown as Call;
}
