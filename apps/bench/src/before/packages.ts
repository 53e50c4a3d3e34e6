import { pathToFileURL } from 'node:url';
import { createAuthInterceptor } from '@grpc-authn/core';
import { cached } from '@grpc-authn/core/authenticator';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createJwksAuthenticator } from '@grpc-authn/jwks';

/** The part of our packages that is measured, now or as it was at another commit. */
export interface Packages {
  readonly cached: typeof cached;
  readonly createAuthInterceptor: typeof createAuthInterceptor;
  readonly createHs256Authenticator: typeof createHs256Authenticator;
  readonly createJwksAuthenticator: typeof createJwksAuthenticator;
}

export const NOW: Packages = {
  cached,
  createAuthInterceptor,
  createHs256Authenticator,
  createJwksAuthenticator,
};

/** The module that `bench --before` has written. */
export async function packagesBefore(file: string | undefined): Promise<Packages> {
  if (file === undefined) throw new Error('expected --before with a commit');
  return (await import(pathToFileURL(file).href)) as Packages;
}
