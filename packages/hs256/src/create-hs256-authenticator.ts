import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { checkOptionNames } from '@grpc-authn/core/internal';
import { importKeySet } from '@grpc-authn/jwt';
import {
  type ClaimsOutput,
  JWT_OPTION_NAMES,
  JwtAuthenticator,
  type JwtOptions,
  readJwtOptions,
} from '@grpc-authn/jwt/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type Hs256Secret, readSecrets } from './secret.ts';

export type Hs256Options<S extends StandardSchemaV1 | undefined = undefined> = {
  /** One to eight, of at least 32 bytes each. */
  readonly secrets: readonly [Hs256Secret, ...Hs256Secret[]];
} & Omit<JwtOptions<S>, 'algorithms' | 'threadPool'>;

/** One algorithm, which costs less than the way to another thread. */
const NOT_HERE: ReadonlySet<string> = new Set(['algorithms', 'threadPool']);
const OPTION_NAMES = ['secrets', ...JWT_OPTION_NAMES.filter((name) => !NOT_HERE.has(name))];

/**
 * Verifies JWTs that are signed by HMAC-SHA-256 with a secret both sides hold (RFC 7518, section
 * 3.2). A token with a `kid` is verified by the secret of that `kid` alone; one without is tried with
 * each secret in order. To rotate, put the new secret beside the old, then take the old one away.
 *
 * Refuses as createJwtAuthenticator does.
 *
 * @throws ConfigError for a wrong option, and for a secret that is short, or that is really a public
 * key, a certificate, a JWK or a JWK Set in any disguise.
 * @example
 * const { JWT_SECRET = '' } = process.env;
 * createHs256Authenticator({
 *   secrets: [{ kid: '2026-11', text: JWT_SECRET, encoding: 'base64' }],
 *   issuer: 'https://login.example.com',
 *   audience: 'orders',
 * });
 */
export function createHs256Authenticator<S extends StandardSchemaV1 | undefined = undefined>(
  options: Hs256Options<S>,
): ManagedAuthenticator<ClaimsOutput<S>> {
  checkOptionNames('createHs256Authenticator', options, OPTION_NAMES);
  const rules = readJwtOptions(options, { name: 'hs256', algorithms: ['HS256'] });
  const keys = importKeySet({
    keys: readSecrets(options.secrets).map(({ kid, bytes }) => ({
      kty: 'oct',
      alg: 'HS256',
      k: bytes.toString('base64url'),
      ...(kid === undefined ? undefined : { kid }),
    })),
  });
  const authenticator = new JwtAuthenticator(rules, { keys: () => keys });
  return authenticator as ManagedAuthenticator<object> as ManagedAuthenticator<ClaimsOutput<S>>;
}
