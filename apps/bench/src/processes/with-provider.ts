import { publicJwkOf, type SigningMaterial } from '../tokens/signing-material.ts';
import { startChild } from './child.ts';

/** Runs a provider that publishes the keys until the body ends. */
export async function withProvider<T>(
  materials: readonly SigningMaterial[],
  body: (origin: string) => Promise<T>,
): Promise<T> {
  const provider = startChild('provider');
  try {
    const published = materials
      .filter(({ algorithm }) => algorithm !== 'HS256')
      .map((material) => publicJwkOf(material));
    return await body((await provider.ask('start', published)) as string);
  } finally {
    provider.stop();
  }
}
