import { SignJWT } from 'jose';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  discovery,
  tokenRevocation,
} from 'openid-client';
import type { TokenSource } from '@grpc-authn/client';
import { createClientCredentialsSource } from '@grpc-authn/client/node';
import type { LocalFiles } from './local-files.ts';
import { RESOURCES, SCOPES } from './resources.ts';

/** The shop, which gets its tokens from the provider as any client does. */
export class Shop {
  readonly #issuer: string;
  readonly #secret: string;

  constructor(issuer: string, secret: string) {
    this.#issuer = issuer;
    this.#secret = secret;
  }

  static async of(issuer: string, local: LocalFiles): Promise<Shop> {
    return new Shop(issuer, await local.secret('shop'));
  }

  /** For a client that always has a good token. */
  tokens(kind: keyof typeof RESOURCES, scope: string = SCOPES): TokenSource {
    return createClientCredentialsSource({
      issuer: this.#issuer,
      clientId: 'shop',
      clientAuthentication: { method: 'client_secret_basic', secret: this.#secret },
      resource: RESOURCES[kind].name,
      scope,
    });
  }

  /** A new one each time. */
  async token(kind: keyof typeof RESOURCES, scope?: string): Promise<string> {
    const source = this.tokens(kind, scope);
    const { token } = await source.get();
    await source.close();
    return token;
  }

  async revoke(token: string): Promise<void> {
    const authentication = ClientSecretBasic(this.#secret);
    // Plain HTTP, because everything stays on loopback.
    const options = { execute: [allowInsecureRequests] };
    const issuer = new URL(this.#issuer);
    const configuration = await discovery(issuer, 'shop', undefined, authentication, options);
    await tokenRevocation(configuration, token);
  }
}

export const LOGIN_ISSUER = 'https://login.example.com';

/** A login service that shares its secret with the server, written with jose. */
export function signWithSecret(
  secret: Uint8Array,
  { lifetime = '5 minutes', aud = 'orders' }: { lifetime?: string; aud?: string } = {},
): Promise<string> {
  return new SignJWT({ aud, scope: SCOPES })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(LOGIN_ISSUER)
    .setSubject('alice')
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(secret);
}
