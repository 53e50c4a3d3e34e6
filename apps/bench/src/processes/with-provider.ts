import { type KeySet, publicJwkOf } from '../tokens/signing-material.ts';
import { startChild } from './child.ts';

/** Runs a provider that publishes the keys until the body ends. */
export async function withProvider<T>(
  keys: KeySet | readonly [],
  body: (origin: string) => Promise<T>,
): Promise<T> {
  const provider = startChild('provider');
  try {
    const published = [...keys]
      .filter(({ algorithm }) => algorithm !== 'HS256')
      .map((material) => publicJwkOf(material));
    return await body((await provider.ask('start', published)) as string);
  } finally {
    provider.stop();
  }
}
