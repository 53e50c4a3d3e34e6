import { AuthError } from '@grpc-authn/core/authenticator';
import { notify } from '@grpc-authn/core/internal';
import {
  assertionNote,
  BasicEncoding,
  type BasicForm,
  Discovery,
  GuardedFetch,
  type HttpRequest,
  loadPackage,
  plainBasic,
  readClientEndpoint,
  RefreshedValue,
  shownUrl,
} from '@grpc-authn/provider';
import type { ClientAuth, CustomFetchOptions } from 'openid-client';
import type { AccessToken } from '../access-token.ts';
import type { RenewalEvent } from '../renewal-options.ts';
import type { TokenEndpointSettings } from './token-endpoint-options.ts';
import {
  checkTokenType,
  isPerhapsRejected,
  notATokenResponse,
  readMembers,
  readRefusal,
  toAccessToken,
} from './token-response.ts';

/** Metadata is fetched again after an hour. During an outage the last endpoint is used without limit. */
const MAX_AGE_MS = 3_600_000;
/** The token source decides when the metadata is tried again. */
const NO_BACK_OFF_MS = 1;

export interface TokenRequest {
  readonly grant: string;
  readonly parameters?: readonly (readonly [string, string])[];
  /** Before the request is sent, or until the answer is there if nothing can be lost with it. */
  readonly signal: AbortSignal;
  /** Awaited before the access token is used. Such a request is not aborted once it is sent. */
  readonly onRefreshToken?: (refreshToken: string) => Promise<void>;
}

/** Requests tokens with openid-client, over the guarded fetch. */
export class TokenEndpoint {
  readonly #settings: TokenEndpointSettings;
  readonly #fetch: GuardedFetch;
  readonly #discovery: Discovery;
  readonly #endpoint: RefreshedValue<URL>;
  readonly #basic: BasicEncoding | undefined;

  constructor(settings: TokenEndpointSettings) {
    const { issuer, location, endpoint, http, credentials, clientId } = settings;
    const { basicEncoding: option } = settings;
    const { clock } = settings.renewal;
    const { certificate, basicSecret: secret } = credentials;
    const onPlain = (): void => this.#report({ type: 'client_secret_plain', detail: { clientId } });
    this.#settings = settings;
    this.#fetch = new GuardedFetch(http, {
      certificate,
      onProxy: (detail) => this.#report({ type: 'proxy_used', detail }),
    });
    this.#discovery = new Discovery({ issuer, location, fetch: this.#fetch });
    this.#endpoint = new RefreshedValue({
      clock,
      reason: 'discovery',
      staleIfErrorMs: Number.POSITIVE_INFINITY,
      maxBackOffMs: NO_BACK_OFF_MS,
      load: async () => ({ value: endpoint ?? (await this.#discover()), maxAgeMs: MAX_AGE_MS }),
    });
    this.#basic =
      secret === undefined
        ? undefined
        : new BasicEncoding({ option, clientId, secret, clock, onPlain });
  }

  /** @throws ProviderError; ConfigError for another issuer; what `onRefreshToken` throws. */
  async request({
    grant,
    parameters = [],
    signal,
    onRefreshToken,
  }: TokenRequest): Promise<AccessToken> {
    const { issuer, clientId, credentials, renewal } = this.#settings;
    const url = await this.#endpoint.get();
    if (AuthError.is(url)) throw url.cause ?? url;
    const openid = await loadPackage('openid-client', () => import('openid-client'));
    const target = { endpoint: url, clock: renewal.clock };
    const authentication = await credentials.authentication<ClientAuth>(openid, target);
    await this.#fetch.prepare();
    const server = { issuer, token_endpoint: url.href };
    const configuration = new openid.Configuration(server, clientId, undefined, authentication);
    // The guarded fetch has a time limit of its own.
    configuration.timeout = undefined;
    if (url.protocol === 'http:') openid.allowInsecureRequests(configuration);
    // openid-client wraps the errors of its fetch.
    let failure: unknown;
    let sentAtMs = 0;
    configuration[openid.customFetch] = async (_, init) => {
      try {
        signal.throwIfAborted();
        sentAtMs = renewal.clock.nowMs();
        const abort = onRefreshToken === undefined ? { signal } : undefined;
        const response = await this.#send(url, { ...requestOf(init), ...abort });
        return await this.#read(response, url, onRefreshToken);
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    const form = new URLSearchParams();
    for (const [name, value] of [...this.#settings.parameters, ...parameters]) {
      form.append(name, value);
    }
    const tokens = await openid.genericGrantRequest(configuration, grant, form).catch(() => {
      throw failure ?? notATokenResponse(askedOf(url));
    });
    return toAccessToken(tokens, sentAtMs);
  }

  /** Final: aborts requests in progress and closes all sockets. */
  close(): Promise<void> {
    return this.#fetch.close();
  }

  #report(event: RenewalEvent): void {
    notify(this.#settings.renewal.report, event);
  }

  #discover(): Promise<URL> {
    const { issuer, credentials } = this.#settings;
    const { origin } = this.#discovery;
    return this.#discovery.discover((metadata) =>
      readClientEndpoint('token_endpoint', metadata, {
        origin,
        issuer,
        mutualTls: credentials.certificate !== undefined,
        remedy: 'if it is correct, set tokenEndpoint',
      }),
    );
  }

  async #send(url: URL, request: HttpRequest): Promise<Response> {
    const { clientId, credentials, endpoint } = this.#settings;
    const { basicSecret = '' } = credentials;
    // What an operator wrote needs no check of its address.
    const namedBy = endpoint === undefined ? this.#discovery.origin : undefined;
    const send = (form: BasicForm): Promise<Response> => {
      const plain =
        form === 'plain' ? { authorization: plainBasic(clientId, basicSecret) } : undefined;
      const headers = { ...request.headers, ...plain };
      return this.#fetch.fetch(url, { ...request, headers }, namedBy);
    };
    return this.#basic?.send(send, isPerhapsRejected) ?? send('form');
  }

  /** Only what is used of the answer goes on: an ID token that fails a check must not lose a refresh token. */
  async #read(
    response: Response,
    url: URL,
    onRefreshToken: TokenRequest['onRefreshToken'],
  ): Promise<Response> {
    const { clientId, credentials, renewal } = this.#settings;
    const asked = askedOf(url);
    if (response.status !== 200) {
      const { method, assertionAudience } = credentials;
      const note = this.#basic?.note ?? assertionNote(assertionAudience);
      throw await readRefusal(response, asked, { clientId, method, note }, renewal.clock.nowMs());
    }
    const members = await readMembers(response);
    if (members === undefined) throw notATokenResponse(asked);
    const { access_token, token_type, expires_in, refresh_token } = members;
    if (typeof refresh_token === 'string' && refresh_token !== '') {
      await onRefreshToken?.(refresh_token);
    }
    checkTokenType(members, asked);
    return Response.json({ access_token, token_type, expires_in: expires_in ?? undefined });
  }
}

function requestOf({ method, headers, body }: CustomFetchOptions): HttpRequest {
  return { method, headers, body: body as URLSearchParams };
}

function askedOf(url: URL): string {
  return `POST ${shownUrl(url)}`;
}
