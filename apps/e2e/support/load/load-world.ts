import { randomBytes, randomUUID } from 'node:crypto';
import { createKey, jws, type Key, secretKey } from '../attack-keys.ts';
import { AUDIENCE } from '../tokens.ts';
import type { Adapter, Trust } from './adapters.ts';
import type { AttackerAnswers } from './attacker-process.ts';
import { Child } from './child.ts';
import type { ProviderAnswers } from './provider-process.ts';
import type { Outcomes, ServeOptions, ServerAnswers } from './server-process.ts';
import type { TokenRecipe } from './token-recipes.ts';

/** A server under load. */
export interface Target {
  readonly port: number;
  /** A good token, different from all others. */
  readonly goodToken: () => string;
  /** Tokens that cost the server as much as possible before they are rejected. */
  readonly badTokens: TokenRecipe;
  outcomes(): Promise<Outcomes>;
}

/** Provider, server and attacker, each in a process of its own. The good callers are in this process. */
export interface LoadWorld {
  readonly provider: Child<ProviderAnswers>;
  readonly server: Child<ServerAnswers>;
  readonly attacker: Child<AttackerAnswers>;
  serve(options: ServeOptions): Promise<Target>;
  stop(): Promise<void>;
}

export async function startLoadWorld(): Promise<LoadWorld> {
  const [provider, server, attacker] = [
    new Child<ProviderAnswers>('provider'),
    new Child<ServerAnswers>('server'),
    new Child<AttackerAnswers>('attacker'),
  ];
  const key = createKey('ES256', 'main');
  const bytes = randomBytes(32);
  const issuer = await provider.ask('start', [key.jwk]);
  const trust: Trust = { issuer, jwk: key.jwk, secret: bytes.toString('base64') };
  const secret = secretKey(bytes);
  return {
    provider,
    server,
    attacker,
    async serve(options) {
      const port = await server.ask('serve', { trust, options });
      return {
        port,
        ...tokensFor(options.adapter, issuer, key, secret),
        outcomes: () => server.ask('outcomes', port),
      };
    },
    async stop() {
      await Promise.all([attacker.stop(), server.stop(), provider.stop()]);
    },
  };
}

function tokensFor(
  adapter: Adapter | 'jose' | number,
  issuer: string,
  key: Key,
  secret: Key,
): Pick<Target, 'goodToken' | 'badTokens'> {
  if (adapter === 'introspection' || typeof adapter === 'number') {
    return { goodToken: () => `good-${randomUUID()}`, badTokens: { opaque: 'junk' } };
  }
  const [signer, signatureBytes] = adapter === 'hs256' ? [secret, 32] : [key, 64];
  const { alg, kid } = signer;
  const header = adapter === 'hs256' ? { alg } : { alg, kid };
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = { iss: issuer, aud: AUDIENCE, sub: 'alice', exp };
  return {
    goodToken: () => jws(signer, header, { ...claims, jti: randomUUID() }),
    badTokens: { header, claims, signatureBytes },
  };
}
