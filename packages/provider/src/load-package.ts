import { ProviderError } from './provider-error.ts';

/**
 * Imports a dependency when it is first needed, so that importing an adapter stays cheap.
 *
 * @throws ProviderError with the problem `package`, which names the package.
 * @example const { Agent } = await loadPackage('undici', () => import('undici'));
 */
export async function loadPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // Only the code: the message contains paths of this machine.
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new ProviderError(
      'package',
      `package ${name}: could not be loaded (${code}); install the dependencies of grpc-authn again`,
    );
  }
}
