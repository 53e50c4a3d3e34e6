import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { Chat, Collect, List, type Method, type Text, Unary } from './echo.ts';

/** The result of a call: the texts that the client received, and its error. */
export interface Outcome {
  readonly texts: readonly string[];
  readonly code: string;
  readonly error: ServiceError | undefined;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly method?: Method;
  readonly messages?: readonly string[];
  /** Leaves the stream of requests open. */
  readonly open?: boolean;
}

/** Calls a method of any kind, and reads to the end. */
export function call(address: string, options: CallOptions = {}): Promise<Outcome> {
  const { token, method = Unary, messages = ['m'], open = false } = options;
  const { path, requestSerialize, responseDeserialize, requestStream, responseStream } = method;
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const [message = 'm'] = messages;
  return new Promise<Outcome>((resolve) => {
    const texts: string[] = [];
    const finish = (error?: ServiceError | null): void =>
      resolve({ texts, code: status[error?.code ?? 0] ?? '', error: error ?? undefined });
    const answer = (error: ServiceError | null, value?: Text): void => {
      if (value !== undefined) texts.push(value.text);
      finish(error);
    };
    const started = { requestStream, responseStream };
    if (!started.requestStream && !started.responseStream) {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { text: message },
        metadata,
        answer,
      );
      return;
    }
    const stream = responseStream
      ? requestStream
        ? client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata)
        : client.makeServerStreamRequest(
            path,
            requestSerialize,
            responseDeserialize,
            { text: message },
            metadata,
          )
      : client.makeClientStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          metadata,
          answer,
        );
    if ('write' in stream) {
      for (const text of messages) stream.write({ text });
      if (!open) stream.end();
    }
    if ('read' in stream) {
      stream.on('data', ({ text }: Text) => texts.push(text));
      stream.on('error', (error: ServiceError) => finish(error));
      stream.on('end', () => finish());
    }
  }).finally(() => client.close());
}

export const KINDS: readonly (readonly [string, Method])[] = [
  ['unary', Unary],
  ['client stream', Collect],
  ['server stream', List],
  ['bidirectional stream', Chat],
];
