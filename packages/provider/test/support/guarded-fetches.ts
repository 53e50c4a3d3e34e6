import { onTestFinished } from 'vitest';
import {
  type ConnectionOptions,
  GuardedFetch,
  type HttpOptions,
  ProviderError,
  readHttpOptions,
} from '../../src/index.ts';

/** Closed when the test ends. */
export function createGuardedFetch(
  options: HttpOptions = {},
  connections: ConnectionOptions = {},
): GuardedFetch {
  const fetch = new GuardedFetch(readHttpOptions(options), connections);
  onTestFinished(() => fetch.close());
  return fetch;
}

/** The problem of the ProviderError; fails if the promise resolves. */
export async function problemOf(asked: Promise<unknown>): Promise<string> {
  return (await errorOf(asked)).problem;
}

export async function errorOf(asked: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProviderError) return error;
  throw new Error('expected a ProviderError', { cause: error });
}
