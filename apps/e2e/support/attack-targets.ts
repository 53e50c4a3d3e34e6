import { loadAuth } from '@grpc-authn/config';
import { anyOf, cached, type ManagedAuthenticator } from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { byIssuer } from '@grpc-authn/jwt';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { createKey, type Key, jws, type Part } from './attack-keys.ts';
import { type AttackProvider, startAttackProvider } from './attack-provider.ts';
import { hs256, ISSUER as OTHER_ISSUER } from './tokens.ts';

export const AUDIENCE = 'orders';

/** Every adapter and composition that an attack can reach; `config` is jwks, created by a config. */
export const TARGETS = [
  'hs256',
  'jwks',
  'oidc',
  'introspection',
  'anyOf',
  'byIssuer',
  'cached',
  'config',
] as const;
export type TargetName = (typeof TARGETS)[number];

/** Those that verify signatures themselves. */
export const SIGNED: readonly TargetName[] = TARGETS.filter((name) => name !== 'introspection');
/** Those that verify signatures by a public key. */
export const ASYMMETRIC: readonly TargetName[] = SIGNED.filter((name) => name !== 'hs256');
/** Those whose error has the reason of the check that failed. */
export const PLAIN: readonly TargetName[] = ['hs256', 'jwks', 'oidc', 'cached', 'config'];

/** The keys of the provider, all published. `main` signs by default. */
export const KEYS = { main: createKey('ES256', 'main'), rsa: createKey('RS256', 'rsa') } as const;
export const SECRET: Key = createKey('HS256', 'main');

/** The authenticator under attack, and what creates tokens of its provider. */
export interface Target {
  readonly name: TargetName;
  readonly authenticator: ManagedAuthenticator<object>;
  readonly provider: AttackProvider;
  readonly issuer: string;
  /** The key that signs its tokens. */
  readonly key: Key;
  /** The claims of a good token with these changes; undefined removes a claim. */
  claims(changes?: object): object;
  /** A token that the issuer created, and reports as active. A string is the payload itself. */
  issued(changes?: object | string, header?: object): string;
  /** A token that the issuer does not know. */
  forged(header: Part, payload?: Part, key?: Key): string;
  close(): Promise<void>;
}

export interface TargetOptions {
  /** Replaces KEYS. */
  readonly published?: readonly unknown[];
  readonly algorithms?: readonly [string, ...string[]];
}

export async function createTarget(
  name: TargetName,
  { published = Object.values(KEYS).map(({ jwk }) => jwk), algorithms }: TargetOptions = {},
): Promise<Target> {
  const provider = await startAttackProvider(published);
  const { issuer } = provider;
  const key = name === 'hs256' ? SECRET : KEYS.main;
  const rules = { issuer, audience: AUDIENCE, ...(algorithms && { algorithms }) };
  const jwks = () => createJwksAuthenticator({ jwks: { url: provider.jwksUri }, ...rules });
  const introspection = (of: string) =>
    createIntrospectionAuthenticator({
      endpoint: provider.introspectionEndpoint,
      issuer: of,
      audience: AUDIENCE,
      clientId: 'orders',
      clientAuthentication: { method: 'client_secret_post', secret: 'secret' },
    });
  const opaque = () => introspection('https://opaque.example');
  const authenticators: Record<TargetName, () => Promise<ManagedAuthenticator<object>>> = {
    hs256: async () => {
      const bytes = SECRET.privateKey.export();
      return createHs256Authenticator({
        secrets: [{ kid: 'main', bytes }],
        issuer,
        audience: AUDIENCE,
      });
    },
    jwks: async () => jwks(),
    oidc: async () => createOidcAuthenticator(rules),
    introspection: async () => introspection(issuer),
    anyOf: async () => anyOf(hs256(), jwks(), opaque()),
    byIssuer: async () =>
      byIssuer<ManagedAuthenticator<object>>(
        { [issuer]: jwks(), [OTHER_ISSUER]: hs256() },
        { opaque: opaque() },
      ),
    cached: async () => cached(jwks(), { negative: {} }),
    config: async () => {
      const authenticator = { use: 'jwks', jwks: { url: provider.jwksUri }, ...rules };
      return (await loadAuth({ config: { authenticator } })).authenticator;
    },
  };
  const authenticator = await authenticators[name]();
  const claims = (changes: object = {}): object => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const times = { iat: nowSeconds, exp: nowSeconds + 300 };
    const jti = crypto.randomUUID();
    return { iss: issuer, aud: AUDIENCE, sub: 'alice', jti, ...times, ...changes };
  };
  const header = { alg: key.alg, kid: key.kid, typ: 'at+jwt' };
  return {
    name,
    authenticator,
    provider,
    issuer,
    key,
    claims,
    issued(changes = {}, more = {}) {
      const payload = typeof changes === 'string' ? changes : JSON.stringify(claims(changes));
      const token = jws(key, { ...header, ...more }, payload);
      const answer = payload.replace('{', '{"active":true,"token_type":"Bearer",');
      provider.answers.set(token, answer);
      return token;
    },
    forged: (head, payload = claims(), by = key) =>
      jws(by, isPlain(head) ? Object.assign({ ...header }, head) : head, payload),
    async close() {
      await authenticator.close();
      await provider.close();
    },
  };
}

function isPlain(part: Part): part is object {
  return typeof part === 'object' && !(part instanceof Uint8Array) && !Array.isArray(part);
}
