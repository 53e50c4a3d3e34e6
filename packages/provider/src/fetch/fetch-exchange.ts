import type { HttpAnswer, HttpRequest } from './http-exchange.ts';

/** Sends the request with a user-defined fetch. */
export async function fetchExchange(
  fetch: typeof globalThis.fetch,
  url: URL,
  { method = 'GET', headers, body, signal }: HttpRequest,
): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method,
    headers: new Headers(headers),
    body: body ?? null,
    signal: signal ?? null,
    redirect: 'manual',
  });
  return {
    status: response.status,
    redirected: response.redirected || response.type === 'opaqueredirect',
    header: (name) => response.headers.get(name),
    body: (response.body ?? undefined) as AsyncIterable<Uint8Array> | undefined,
    discard: () => void response.body?.cancel().catch(() => undefined),
  };
}
