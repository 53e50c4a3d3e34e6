import { SignJWT } from 'jose';
import {
  allowInsecureRequests,
  clientCredentialsGrant,
  ClientSecretBasic,
  type Configuration,
  discovery,
  tokenRevocation,
} from 'openid-client';
import type { LocalFiles } from './local-files.ts';
import { RESOURCES, SCOPES } from './resources.ts';

/** The shop, which gets its tokens from the provider as any client does. */
export class Shop {
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  static async of(issuer: string, local: LocalFiles): Promise<Shop> {
    const authentication = ClientSecretBasic(await local.secret('shop'));
    // Plain HTTP, because everything stays on loopback.
    const options = { execute: [allowInsecureRequests] };
    return new Shop(await discovery(new URL(issuer), 'shop', undefined, authentication, options));
  }

  async token(kind: keyof typeof RESOURCES, scope: string = SCOPES): Promise<string> {
    const resource = RESOURCES[kind].name;
    const answer = await clientCredentialsGrant(this.#configuration, { resource, scope });
    return answer.access_token;
  }

  async revoke(token: string): Promise<void> {
    await tokenRevocation(this.#configuration, token);
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
