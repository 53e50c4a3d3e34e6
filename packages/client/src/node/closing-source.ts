import { createTokenSource, type RequestToken, type TokenSource } from '../token-source.ts';
import type { CheckedRenewal } from './renewal.ts';

/** A token source that also closes what its requests use. */
export function createClosingSource(
  request: RequestToken,
  renewal: CheckedRenewal,
  close: () => Promise<void>,
): TokenSource {
  const source = createTokenSource(request, renewal);
  return Object.freeze({
    get: (options) => source.get(options),
    invalidate: (token) => source.invalidate(token),
    close: async () => {
      await source.close();
      await close();
    },
  } satisfies TokenSource);
}
