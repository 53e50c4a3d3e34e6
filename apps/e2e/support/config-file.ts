import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAuth, type LoadAuthOptions, type LoadedAuth } from '@grpc-authn/config';
import type { JsonObject } from '@grpc-authn/core';
import { AUDIENCE, ISSUER, SECRET_TEXT } from './tokens.ts';

export interface LoadedFile {
  readonly auth: LoadedAuth<JsonObject>;
  /** Replaces the authenticator of the file. */
  readonly write: (authenticator: object) => Promise<void>;
}

/** A loaded config file, until the body ends. JSON is also YAML. */
export async function withConfig(
  authenticator: object,
  body: (loaded: LoadedFile) => Promise<void>,
  options: Omit<LoadAuthOptions, 'file' | 'config' | 'claims'> = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-e2e-'));
  const file = join(folder, 'grpc-authn.yaml');
  const write = (next: object): Promise<void> =>
    writeFile(file, JSON.stringify({ authenticator: next }));
  try {
    await write(authenticator);
    const auth = await loadAuth({ ...options, file });
    try {
      await body({ auth, write });
    } finally {
      await auth.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The authenticator for the tokens of `token()`, as a config section. */
export const HS256_CONFIG = {
  use: 'hs256',
  issuer: ISSUER,
  audience: AUDIENCE,
  secrets: [{ text: SECRET_TEXT, encoding: 'base64' }],
} as const;

export function oidcConfig(issuer: string, name = 'oidc'): object {
  return { use: 'oidc', name, issuer, audience: AUDIENCE };
}

/** Without a cache, so that each call waits for an answer. */
export function introspectionConfig(issuer: string): object {
  const clientAuthentication = { method: 'client_secret_basic', secret: 'a-secret-of-the-client' };
  return {
    use: 'introspection',
    issuer,
    audience: AUDIENCE,
    clientId: 'orders',
    clientAuthentication,
    cache: false,
  };
}
