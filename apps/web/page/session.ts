import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import {
  type AccessToken,
  createTokenSource,
  type TokenSource,
  type TokenUnavailableError,
} from '@grpc-authn/client';
import { createConnectTokenInterceptor } from '@grpc-authn/client/connect';
import { type Configuration, refreshTokenGrant, tokenRevocation } from 'openid-client';
import { Orders } from '@grpc-authn/web/orders';
import { pause } from './dom.ts';
import { ProviderError, type Settings, type Tokens } from './sign-in.ts';

const MAX_PAUSE_MS = 5000;

/** A signed-in user. Its tokens are in memory only: a reload ends it. */
export class Session {
  readonly orders: Client<typeof Orders>;
  readonly subject: string;
  readonly #provider: Configuration;
  readonly #resource: string;
  readonly #source: TokenSource;
  #tokens: Tokens;
  #isFirst = true;

  constructor(provider: Configuration, { api, resource }: Settings, tokens: Tokens) {
    this.#provider = provider;
    this.#resource = resource;
    this.#tokens = tokens;
    this.subject = tokens.claims()?.sub ?? '';
    const requestedAtMs = Date.now();
    this.#source = createTokenSource(() => this.#request(requestedAtMs));
    const transport = createConnectTransport({
      baseUrl: api,
      interceptors: [createConnectTokenInterceptor(this.#source)],
    });
    this.orders = createClient(Orders, transport);
  }

  get scopes(): readonly string[] {
    return (this.#tokens.scope ?? '').split(' ').filter((scope) => scope !== 'openid');
  }

  /** How long an access token lives. */
  get tokenSeconds(): number {
    return this.#tokens.expires_in ?? 0;
  }

  /** Before the user tries again: the source asks a provider that has failed only after a pause. */
  async prepareRetry(): Promise<void> {
    await this.#source.get().catch(async (error: Partial<TokenUnavailableError>) => {
      await pause(Math.min(error.retryAfterMs ?? 0, MAX_PAUSE_MS));
    });
  }

  /** Ends the session here, and its refresh token at the provider. */
  async close(): Promise<void> {
    await this.#source.close();
    const { refresh_token } = this.#tokens;
    if (refresh_token !== undefined) await tokenRevocation(this.#provider, refresh_token);
  }

  /** The token of the sign-in first. Each refresh token is used once: the response has the next. */
  async #request(signedInAtMs: number): Promise<AccessToken> {
    if (this.#isFirst) {
      this.#isFirst = false;
      return accessToken(this.#tokens, signedInAtMs);
    }
    const { refresh_token } = this.#tokens;
    if (refresh_token === undefined) throw new Error('the provider issued no refresh token');
    const sentAtMs = Date.now();
    const parameters = { resource: this.#resource };
    const renewed = refreshTokenGrant(this.#provider, refresh_token, parameters);
    this.#tokens = await renewed.catch((cause: unknown) => {
      throw new ProviderError('the token could not be renewed', { cause });
    });
    return accessToken(this.#tokens, sentAtMs);
  }
}

function accessToken({ access_token, expires_in }: Tokens, sentAtMs: number): AccessToken {
  return {
    token: access_token,
    ...(expires_in !== undefined && { expiresAtEpochSeconds: sentAtMs / 1000 + expires_in }),
  };
}
