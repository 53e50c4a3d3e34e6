import { KeyObject } from 'node:crypto';
import {
  checkOptionNames,
  describeSecret,
  describeValue,
  wrongOption,
} from '@grpc-authn/core/internal';
import type { ClientCertificate } from '@grpc-authn/provider';
import type * as oauth4webapi from 'oauth4webapi';

export type OAuth = typeof oauth4webapi;

/** How this server authenticates at the provider (RFC 6749, section 2.3; RFC 7523; RFC 8705). */
export type ClientAuthentication =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt';
      readonly secret: string;
    }
  | { readonly method: 'private_key_jwt'; readonly key: KeyObject; readonly kid?: string }
  | { readonly method: 'tls_client_auth'; readonly cert: string; readonly key: string };

export interface ClientCredentials {
  /** Asynchronous, because a private key is imported when it is first needed. */
  authentication(oauth: OAuth): Promise<oauth4webapi.ClientAuth>;
  readonly certificate: ClientCertificate | undefined;
  /** Of client_secret_basic, which has two forms. */
  readonly basicSecret?: string;
}

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  client_secret_basic: ['secret'],
  client_secret_post: ['secret'],
  client_secret_jwt: ['secret'],
  private_key_jwt: ['key', 'kid'],
  tls_client_auth: ['cert', 'key'],
};

/** @throws ConfigError, which shows only the type and length of a secret. */
export function readClientAuthentication(given: ClientAuthentication): ClientCredentials {
  const option = 'clientAuthentication';
  const method: unknown = given?.method;
  const members = typeof method === 'string' && Object.hasOwn(MEMBERS, method) && MEMBERS[method];
  if (!members) {
    const received = typeof given === 'object' ? describeValue(method) : describeSecret(given);
    throw wrongOption(`${option}.method`, received, `one of ${Object.keys(MEMBERS).join(', ')}`);
  }
  checkOptionNames(option, given, ['method', ...members]);
  switch (given.method) {
    case 'client_secret_basic':
      return {
        ...bySecret('ClientSecretBasic', checkSecret(option, given.secret)),
        basicSecret: given.secret,
      };
    case 'client_secret_post':
      return bySecret('ClientSecretPost', checkSecret(option, given.secret));
    case 'client_secret_jwt':
      return bySecret('ClientSecretJwt', checkSecret(option, given.secret));
    case 'tls_client_auth': {
      const certificate = {
        cert: checkPem(`${option}.cert`, given.cert),
        key: checkPem(`${option}.key`, given.key),
      };
      return { certificate, authentication: async (oauth) => oauth.TlsClientAuth() };
    }
    case 'private_key_jwt':
      return byPrivateKey(`${option}.key`, given.key, given.kid);
  }
}

function bySecret(
  method: 'ClientSecretBasic' | 'ClientSecretPost' | 'ClientSecretJwt',
  secret: string,
): ClientCredentials {
  let made: oauth4webapi.ClientAuth | undefined;
  return {
    certificate: undefined,
    authentication: async (oauth) => (made ??= oauth[method](secret)),
  };
}

function checkSecret(option: string, secret: unknown): string {
  if (typeof secret === 'string' && secret !== '') return secret;
  throw wrongOption(`${option}.secret`, describeSecret(secret), 'a non-empty string');
}

function checkPem(option: string, pem: unknown): string {
  if (typeof pem === 'string' && pem.includes('-----BEGIN')) return pem;
  throw wrongOption(option, describeSecret(pem), 'PEM text');
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

function byPrivateKey(option: string, key: unknown, kid: string | undefined): ClientCredentials {
  if (!(key instanceof KeyObject) || key.type !== 'private') {
    throw wrongOption(option, describeSecret(key), 'a KeyObject of type private');
  }
  const algorithm = algorithmOf(option, key);
  let made: Promise<oauth4webapi.ClientAuth> | undefined;
  const importKey = async (oauth: OAuth): Promise<oauth4webapi.ClientAuth> => {
    const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
    const cryptoKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
    return oauth.PrivateKeyJwt(kid === undefined ? cryptoKey : { key: cryptoKey, kid });
  };
  return {
    certificate: undefined,
    authentication: (oauth) => (made ??= importKey(oauth)),
  };
}

/** RS256, ES256 (384, 512) or EdDSA, by the key's own type. */
function algorithmOf(option: string, key: KeyObject): { name: string } {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const namedCurve = CURVES[details?.namedCurve ?? ''];
  const bits = details?.modulusLength ?? 0;
  if (type === 'rsa' && bits < 2048) {
    throw wrongOption(
      option,
      `an RSA key of ${bits} bits`,
      '2048 bits or more (RFC 7518, section 3.3)',
    );
  }
  if (type === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as { name: string };
  if (type === 'ec' && namedCurve !== undefined) {
    return { name: 'ECDSA', namedCurve } as { name: string };
  }
  if (type === 'ed25519') return { name: 'Ed25519' };
  throw wrongOption(
    option,
    `a key of type ${type}`,
    'an RSA, EC (P-256, P-384, P-521) or Ed25519 key',
  );
}
