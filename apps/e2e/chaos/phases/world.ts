import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAuth } from '@grpc-authn/config';
import { startTestIssuer } from '@grpc-authn/testing';
import { HS256_CONFIG } from '../../support/config-file.ts';
import { AUDIENCE } from '../../support/tokens.ts';
import type { World } from './phases.ts';

/** Slow providers must not delay every call for long. */
const http = { timeoutMs: 1000 };

export interface RunningWorld extends World {
  readonly reports: Map<string, number>;
  readonly close: () => Promise<void>;
}

/** Two providers, and a config that accepts the tokens of both and of a shared secret. */
export async function startWorld(onRotated: () => Promise<void>): Promise<RunningWorld> {
  const [signer, knower] = await Promise.all([
    startTestIssuer({ algorithms: ['EdDSA'] }),
    startTestIssuer(),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-chaos-'));
  const file = join(folder, 'grpc-authn.yaml');
  const authenticators = {
    signed: { use: 'oidc', issuer: signer.issuer, audience: AUDIENCE, http },
    secret: HS256_CONFIG,
    known: {
      use: 'introspection',
      issuer: knower.issuer,
      audience: AUDIENCE,
      clientId: 'orders',
      clientAuthentication: { method: 'client_secret_basic', secret: 'a-secret-of-the-client' },
      cache: { maxAgeSeconds: 1, negative: { maxAgeSeconds: 1 } },
      http,
    },
  };
  const configs = [
    { use: 'anyOf', of: ['signed', 'secret', 'known'] },
    { use: 'anyOf', of: ['secret', 'signed', 'known'] },
    {
      use: 'byIssuer',
      issuers: { [signer.issuer]: 'signed', [HS256_CONFIG.issuer]: 'secret' },
      opaque: 'known',
    },
  ];
  let next = 0;
  const nextConfig = async (): Promise<void> => {
    const authenticator = configs[next % configs.length];
    next += 1;
    await writeFile(file, JSON.stringify({ authenticators, authenticator }));
  };
  await nextConfig();
  const reports = new Map<string, number>();
  const auth = await loadAuth({
    file,
    streams: { graceSeconds: 1 },
    report: ({ type }) => reports.set(type, (reports.get(type) ?? 0) + 1),
  });
  await auth.authenticator.ready();
  return {
    signer,
    knower,
    auth,
    nextConfig,
    reports,
    async rotate(keepOld) {
      await signer.rotateKeys({ keepOld });
      await onRotated();
    },
    async close() {
      await auth.close();
      await Promise.all([signer.close(), knower.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
