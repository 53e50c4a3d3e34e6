import { type AuthEvent, AuthError, type JsonObject } from '@grpc-authn/core/authenticator';
import {
  askedRestMs,
  assertionNote,
  BasicEncoding,
  type BasicForm,
  type GuardedFetch,
  isClientRejected,
  loadPackage,
  plainBasic,
  ProviderError,
  shownUrl,
} from '@grpc-authn/provider';
import type { ClientAuth, CustomFetchOptions } from 'oauth4webapi';
import type { Endpoint } from './endpoint.ts';
import type { IntrospectionSettings } from './introspection-options.ts';
import {
  createRequestTarget,
  type OAuth,
  type RequestTarget,
  unusableAnswer,
} from './request-target.ts';
import { readSignedAnswer } from './signed-answer.ts';

/** Sends introspection requests (RFC 7662) with oauth4webapi, over the guarded fetch. */
export class IntrospectionClient {
  readonly #settings: IntrospectionSettings;
  readonly #fetch: GuardedFetch;
  readonly #report: (event: Omit<AuthEvent, 'authenticator'>) => void;
  readonly #targets = new WeakMap<Endpoint, RequestTarget>();
  readonly #basic: BasicEncoding | undefined;
  #oauth: OAuth | undefined;
  /** The provider rejects our credentials: reported once, until it accepts them. */
  #rejected = false;

  constructor(
    settings: IntrospectionSettings,
    fetch: GuardedFetch,
    report: (event: Omit<AuthEvent, 'authenticator'>) => void,
  ) {
    this.#settings = settings;
    this.#fetch = fetch;
    this.#report = report;
    const { clientId, credentials, basicEncoding: option, clock } = settings;
    const { basicSecret: secret } = credentials;
    const onPlain = (): void => report({ type: 'client_secret_plain', detail: { clientId } });
    this.#basic =
      secret === undefined
        ? undefined
        : new BasicEncoding({ option, clientId, secret, clock, onPlain });
  }

  /**
   * Imports what the first request needs.
   *
   * @throws ProviderError that names the package
   */
  async prepare(): Promise<OAuth> {
    await this.#fetch.prepare();
    this.#oauth ??= await loadPackage('oauth4webapi', () => import('oauth4webapi'));
    return this.#oauth;
  }

  /**
   * Returns the provider's answer about the token, or `inactive` if it refuses to answer for this token.
   *
   * @throws ProviderError during an outage; the reason of `ending` if it is aborted.
   */
  async ask(
    endpoint: Endpoint,
    token: string,
    ending: AbortController,
  ): Promise<JsonObject | AuthError> {
    const { signal } = ending;
    const { clock, signed } = this.#settings;
    const oauth = await this.prepare();
    const target = this.#targetOf(endpoint, oauth);
    const authentication = await target.authentication;
    const send = (form: BasicForm): Promise<Response> =>
      oauth.introspectionRequest(
        target.server,
        target.client,
        form === 'form' ? authentication : this.#authenticatePlainly,
        token,
        {
          signal,
          requestJwtResponse: signed,
          [oauth.allowInsecureRequests]: endpoint.url.protocol === 'http:',
          [oauth.customFetch]: (
            url: string,
            { method, headers, body }: CustomFetchOptions<'POST', URLSearchParams>,
          ) =>
            this.#fetch.fetch(
              new URL(url),
              { method, headers, body, ending },
              endpoint.discoveredFrom,
            ),
        },
      );
    try {
      const response = await (this.#basic?.send(send, isClientRejected) ?? send('form'));
      if (response.status !== 200) return await this.#readRefusal(response, endpoint);
      this.#rejected = false;
      return await (signed
        ? readSignedAnswer(oauth, target, response, { clock, signal })
        : readAnswer(response, endpoint));
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  readonly #authenticatePlainly: ClientAuth = (_server, client, _body, headers) => {
    const { basicSecret = '' } = this.#settings.credentials;
    headers.set('authorization', plainBasic(client.client_id, basicSecret));
  };

  /** 400 is about this token, unless it names our client. 401 and 403 are about our credentials. */
  async #readRefusal(response: Response, { url }: Endpoint): Promise<AuthError> {
    const { status } = response;
    const message = `POST ${shownUrl(url)}: answered ${status}`;
    const body: unknown = await response.json().catch(() => undefined);
    const error = isObject(body) ? body['error'] : undefined;
    if (status === 400 && error !== 'invalid_client' && error !== 'unauthorized_client') {
      return new AuthError('invalid_token', 'inactive');
    }
    if ([400, 401, 403].includes(status)) {
      const note = this.#basic?.note ?? assertionNote(this.#settings.credentials.assertionAudience);
      const problem = new ProviderError(
        'status',
        `${message}, so it does not accept our credentials${note}; ` +
          'check clientId and clientAuthentication',
        { status },
      );
      if (!this.#rejected) {
        this.#report({ type: 'introspection_credentials_rejected', error: problem });
      }
      this.#rejected = true;
      throw problem;
    }
    const retryAfterMs = askedRestMs(response, this.#settings.clock.nowMs());
    throw new ProviderError('status', message, { status, retryAfterMs });
  }

  #targetOf(endpoint: Endpoint, oauth: OAuth): RequestTarget {
    const known = this.#targets.get(endpoint);
    if (known !== undefined) return known;
    const target = createRequestTarget(endpoint, this.#settings, this.#fetch, oauth);
    this.#targets.set(endpoint, target);
    return target;
  }
}

/** An answer that does not say that the token is active is judged later, like any other. */
async function readAnswer(response: Response, endpoint: Endpoint): Promise<JsonObject> {
  const answer: unknown = await response.json().catch(() => undefined);
  if (isObject(answer)) return answer as JsonObject;
  throw unusableAnswer(endpoint, 'the answer is not an introspection response');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
