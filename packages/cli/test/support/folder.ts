import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { onTestFinished } from 'vitest';

/** A temporary folder with these files, removed after the test. Returns their paths, in the same order. */
export async function writeFiles<const N extends string>(
  files: Readonly<Record<N, string | Uint8Array>>,
): Promise<Readonly<Record<N, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const written = await Promise.all(
    Object.entries<string | Uint8Array>(files).map(async ([name, content]) => {
      const path = join(folder, name);
      await writeFile(path, content);
      return [name, path] as const;
    }),
  );
  return Object.fromEntries(written) as Record<N, string>;
}

/** A path in a new folder where nothing is yet. */
export async function newPath(name: string): Promise<string> {
  const { '.keep': keep } = await writeFiles({ '.keep': 'x' });
  return join(keep, '..', name);
}

export async function openIssuer(
  options: Parameters<typeof startTestIssuer>[0] = {},
): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options);
  onTestFinished(() => issuer.close());
  return issuer;
}

export const POLICY = `
policy:
  rules:
    orders.v1.Orders/Get: { scopes: [orders:read] }
    orders.v1.Orders/Refund: { scopes: [orders:refund] }
`;

/** A config for tokens of this issuer. */
export async function writeConfig(issuer: string, more = ''): Promise<string> {
  const text = `authenticator: { use: oidc, issuer: '${issuer}', audience: orders${more} }${POLICY}`;
  const { 'grpc-authn.yaml': file } = await writeFiles({ 'grpc-authn.yaml': text });
  return file;
}
