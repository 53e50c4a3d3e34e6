import { type AccessToken, checkAccessToken } from './access-token.ts';
import type { TokenSource } from './token-source.ts';

/** @throws TypeError for what is no TokenSource. */
export function checkSource(source: unknown): void {
  const { get, invalidate } = (source ?? {}) as Partial<Record<keyof TokenSource, unknown>>;
  if (typeof get === 'function' && typeof invalidate === 'function') return;
  throw new TypeError(
    `source: expected a TokenSource, such as that of createTokenSource(), received ${typeof source}`,
  );
}

/** @throws TypeError */
export function checkBoolean(option: string, value: unknown): void {
  if (typeof value === 'boolean') return;
  throw new TypeError(`${option}: expected true or false, received ${typeof value}`);
}

/**
 * The token of a source, which may be user-defined: the errors of gRPC libraries for a wrong one would show it.
 *
 * @throws Error, whatever the source throws.
 */
export async function getToken(source: TokenSource, signal?: AbortSignal): Promise<AccessToken> {
  try {
    const token = await source.get(signal === undefined ? {} : { signal });
    checkAccessToken(token);
    return token;
  } catch (error) {
    throw error instanceof Error ? error : new Error('no access token', { cause: error });
  }
}
