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
import { readAcceptMissing, warnAboutMissing } from './accept-missing.ts';
import { type Hs256Secret, readSecrets } from './secret.ts';

export type Hs256Options<S extends StandardSchemaV1 | undefined = undefined> = {
  /** One to eight shared secrets of at least 32 bytes each. */
  readonly secrets: readonly [Hs256Secret, ...Hs256Secret[]];
  /**
   * For your own older tokens: these claims may be absent. One that is present is checked as always. Emits a
   * process warning (`GRPC_AUTHN_ACCEPT_MISSING`) at start. Default: none.
   */
  readonly acceptMissing?: readonly ('iss' | 'aud' | 'exp')[];
} & Omit<JwtOptions<S>, 'algorithms'>;

const OPTION_NAMES = [
  'secrets',
  'acceptMissing',
  ...JWT_OPTION_NAMES.filter((name) => name !== 'algorithms'),
];

/**
 * Verifies JWTs that are signed by HMAC-SHA-256 with a shared secret (RFC 7518, section 3.2). A token
 * with a `kid` is verified with the secret of that `kid` only; a token without one is tried with each
 * secret in order. To rotate, add the new secret, and remove the old one once its tokens have expired.
 *
 * The refusals are those of createJwtAuthenticator.
 *
 * @throws ConfigError for a wrong option, for a secret that is too short, and for a secret that is a
 * public key, a certificate, a JWK or a JWK Set in any encoding.
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
  const acceptMissing = readAcceptMissing(options.acceptMissing);
  const rules = readJwtOptions(options, { name: 'hs256', algorithms: ['HS256'], acceptMissing });
  const keys = importKeySet({
    keys: readSecrets(options.secrets).map(({ kid, bytes }) => ({
      kty: 'oct',
      alg: 'HS256',
      k: bytes.toString('base64url'),
      ...(kid === undefined ? undefined : { kid }),
    })),
  });
  warnAboutMissing(rules.name, acceptMissing);
  const authenticator = new JwtAuthenticator(rules, { keys: () => keys });
  return authenticator as ManagedAuthenticator<object> as ManagedAuthenticator<ClaimsOutput<S>>;
}
