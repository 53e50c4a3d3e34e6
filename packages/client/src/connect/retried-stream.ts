import type { StreamResponse, UnaryResponse } from '@connectrpc/connect';

type Messages = StreamResponse['message'];
type Message = UnaryResponse['message'];

/**
 * Returns a function that gives the messages of a request: for each attempt again if there is one message only, as
 * in a server-streaming call.
 */
export async function repeatable(
  messages: Messages,
  isRepeatable: boolean,
): Promise<() => Messages> {
  if (!isRepeatable) return () => messages;
  const all: Message[] = [];
  for await (const message of messages) all.push(message);
  return async function* repeated() {
    yield* all;
  };
}

/** A stream is refused when its first message is read, so that is where the call is sent once more. */
export function withRetriedMessages<R extends StreamResponse>(
  response: R,
  repeat: (error: unknown, hasBegun: boolean) => Promise<UnaryResponse | StreamResponse>,
): R {
  async function* messages(): AsyncGenerator<Message> {
    let hasBegun = false;
    let failed: unknown;
    try {
      for await (const message of response.message) {
        hasBegun = true;
        yield message;
      }
      return;
    } catch (error) {
      failed = error;
    }
    const repeated = await repeat(failed, hasBegun);
    if (!repeated.stream) throw failed;
    yield* repeated.message;
    // The reader has the trailers of the response already: an object that is filled when it ends.
    const { trailer } = response;
    for (const name of new Set(trailer.keys())) trailer.delete(name);
    repeated.trailer.forEach((value, name) => trailer.append(name, value));
  }
  return { ...response, message: messages() };
}
