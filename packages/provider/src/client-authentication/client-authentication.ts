import { KeyObject, type webcrypto } from 'node:crypto';
import {
  checkOptionNames,
  describeSecret,
  describeValue,
  wrongOption,
} from '@grpc-authn/core/internal';
import type { ClientCertificate } from '../fetch/http-options.ts';
import {
  type AssertionAudience,
  type AssertionOptions,
  assertionOptions,
  type AssertionTarget,
  readAssertionAudience,
} from './assertion.ts';

/** How a client authenticates at the provider (RFC 6749, section 2.3; RFC 7523; RFC 8705). */
export type ClientAuthentication =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly secret: string;
    }
  | {
      readonly method: 'client_secret_jwt';
      readonly secret: string;
      /** The `aud` of the assertion. Default `issuer`. */
      readonly assertionAudience?: AssertionAudience;
    }
  | {
      readonly method: 'private_key_jwt';
      readonly key: KeyObject;
      readonly kid?: string;
      /** The `aud` of the assertion. Default `issuer`. */
      readonly assertionAudience?: AssertionAudience;
    }
  | { readonly method: 'tls_client_auth'; readonly cert: string; readonly key: string };

/** What openid-client and oauth4webapi both have. */
export interface AuthenticationMethods<Auth> {
  readonly modifyAssertion: symbol;
  ClientSecretBasic(secret: string): Auth;
  ClientSecretPost(secret: string): Auth;
  ClientSecretJwt(secret: string, options: AssertionOptions): Auth;
  PrivateKeyJwt(
    key: { readonly key: webcrypto.CryptoKey; readonly kid?: string },
    options: AssertionOptions,
  ): Auth;
  TlsClientAuth(): Auth;
  None(): Auth;
}

export interface ClientCredentials {
  readonly method: ClientAuthentication['method'] | 'none';
  /** The method of a library, for all requests to an endpoint. Asynchronous, because a private key is imported. */
  authentication<Auth>(
    methods: AuthenticationMethods<Auth>,
    target: AssertionTarget,
  ): Promise<Auth>;
  readonly certificate: ClientCertificate | undefined;
  /** Of client_secret_basic, which has two forms. */
  readonly basicSecret?: string;
  /** Of the methods that sign an assertion. */
  readonly assertionAudience?: AssertionAudience;
}

/** A client that has no credentials, only its id. */
export const PUBLIC_CLIENT: ClientCredentials = Object.freeze({
  method: 'none',
  certificate: undefined,
  authentication: async <Auth>(methods: AuthenticationMethods<Auth>) => methods.None(),
});

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  client_secret_basic: ['secret'],
  client_secret_post: ['secret'],
  client_secret_jwt: ['secret', 'assertionAudience'],
  private_key_jwt: ['key', 'kid', 'assertionAudience'],
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
    case 'client_secret_basic': {
      const secret = checkSecret(option, given.secret);
      return {
        ...credentialsBy(given.method, (methods) => methods.ClientSecretBasic(secret)),
        basicSecret: secret,
      };
    }
    case 'client_secret_post': {
      const secret = checkSecret(option, given.secret);
      return credentialsBy(given.method, (methods) => methods.ClientSecretPost(secret));
    }
    case 'client_secret_jwt': {
      const secret = checkSecret(option, given.secret);
      const assertionAudience = readAssertionAudience(option, given.assertionAudience);
      return {
        ...credentialsBy(given.method, (methods, target) =>
          methods.ClientSecretJwt(secret, assertionOptions(methods, assertionAudience, target)),
        ),
        assertionAudience,
      };
    }
    case 'tls_client_auth': {
      const certificate = {
        cert: checkPem(`${option}.cert`, given.cert),
        key: checkPem(`${option}.key`, given.key),
      };
      return {
        ...credentialsBy(given.method, (methods) => methods.TlsClientAuth()),
        certificate,
      };
    }
    case 'private_key_jwt':
      return byPrivateKey(option, given);
  }
}

function credentialsBy(
  method: ClientAuthentication['method'],
  select: <Auth>(methods: AuthenticationMethods<Auth>, target: AssertionTarget) => Auth,
): ClientCredentials {
  return {
    method,
    certificate: undefined,
    authentication: async (methods, target) => select(methods, target),
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

type ByPrivateKey = Extract<ClientAuthentication, { readonly method: 'private_key_jwt' }>;

function byPrivateKey(option: string, given: ByPrivateKey): ClientCredentials {
  const { method, kid } = given;
  const privateKey: unknown = given.key;
  if (!(privateKey instanceof KeyObject) || privateKey.type !== 'private') {
    throw wrongOption(`${option}.key`, describeSecret(privateKey), 'a KeyObject of type private');
  }
  const algorithm = algorithmOf(`${option}.key`, privateKey);
  const assertionAudience = readAssertionAudience(option, given.assertionAudience);
  return {
    method,
    certificate: undefined,
    assertionAudience,
    async authentication(methods, target) {
      const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
      const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
      return methods.PrivateKeyJwt(
        kid === undefined ? { key } : { key, kid },
        assertionOptions(methods, assertionAudience, target),
      );
    },
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
