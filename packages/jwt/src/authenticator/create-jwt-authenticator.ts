import type { ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import { checkOptionNames, describeValue, wrongOption } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ImportedKeySet, type KeySet } from '../keys/key-set.ts';
import { JwtAuthenticator } from './jwt-authenticator.ts';
import {
  type ClaimsOutput,
  JWT_OPTION_NAMES,
  type JwtOptions,
  readJwtOptions,
} from './jwt-options.ts';
import type { KeySource } from './key-source.ts';

/**
 * Creates an authenticator for signed JWTs (RFC 7519, RFC 8725, RFC 9068), the basis of every JWT
 * adapter. `keys` is a set from importKeySet, or a function that returns the current set.
 *
 * Refusals: `malformed_credentials` if the token is not a compact JWS of canonical base64url and JSON
 * objects, `invalid_token` if a check fails (the reason says which). An error that `keys` throws
 * becomes `internal`; an AuthError that it throws is the verdict.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * createJwtAuthenticator({
 *   name: 'partner',
 *   keys: importKeySet({ keys: [jwk] }),
 *   issuer: 'https://id.example.com',
 *   audience: 'orders',
 * });
 */
export function createJwtAuthenticator<S extends StandardSchemaV1 | undefined = undefined>(
  options: {
    readonly name: string;
    readonly keys: KeySet | (() => KeySet | Promise<KeySet>);
  } & JwtOptions<S>,
): ManagedAuthenticator<ClaimsOutput<S>> {
  checkOptionNames('createJwtAuthenticator', options, ['keys', ...JWT_OPTION_NAMES]);
  const rules = readJwtOptions(options, { name: options.name });
  const authenticator = new JwtAuthenticator(rules, toKeySource(options.keys));
  return authenticator as ManagedAuthenticator<object> as ManagedAuthenticator<ClaimsOutput<S>>;
}

function toKeySource(keys: KeySet | (() => KeySet | Promise<KeySet>)): KeySource {
  if (typeof keys === 'function') {
    return {
      keys,
      ready: async () => {
        await keys();
      },
    };
  }
  if (ImportedKeySet.is(keys)) return { keys: () => keys };
  throw wrongOption(
    'keys',
    describeValue(keys),
    'a KeySet from importKeySet, or a function that returns one',
  );
}
