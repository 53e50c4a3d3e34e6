import { rejectOnAbort } from '@grpc-authn/core/internal';
import { type AuthEvent, AuthError, type JsonObject } from '@grpc-authn/core/authenticator';
import {
  type GuardedFetch,
  type HttpRequest,
  ProviderError,
  retryAfterMs,
  shownUrl,
} from '@grpc-authn/provider';
import { DEFAULT_ALGORITHMS, readUnverified } from '@grpc-authn/jwt/internal';
import {
  allowInsecureRequests,
  Configuration,
  customFetch,
  type CustomFetchOptions,
  enableNonRepudiationChecks,
  tokenIntrospection,
} from 'openid-client';
import type { Endpoint } from './endpoint.ts';
import type { IntrospectionSettings } from './introspection-options.ts';

const SIGNED_TYPE = 'application/token-introspection+jwt';
/**
 * openid-client takes no signal for one question. It hands its fetch the parameters, and by this one,
 * which is not sent, the fetch knows whose question it is. An AsyncLocalStorage would know it too, but
 * until Node.js 24 the first one that is used makes every promise of the process dearer.
 */
const NUMBER = 'grpc-authn.question';
/** A signed answer that is older, or of a time to come, is not the answer to this question. */
const FRESH_SECONDS = 60;

/** Asks the endpoint by openid-client, whose fetch is the guarded one. */
export class IntrospectionClient {
  readonly #settings: IntrospectionSettings;
  readonly #fetch: GuardedFetch;
  readonly #report: (event: Omit<AuthEvent, 'authenticator'>) => void;
  /** Of the questions under way, by number. */
  readonly #signals = new Map<string, AbortSignal>();
  #lastNumber = 0;
  readonly #configurations = new WeakMap<Endpoint, Promise<Configuration>>();
  #rejected = false;

  constructor(
    settings: IntrospectionSettings,
    fetch: GuardedFetch,
    report: (event: Omit<AuthEvent, 'authenticator'>) => void,
  ) {
    this.#settings = settings;
    this.#fetch = fetch;
    this.#report = report;
  }

  /**
   * What the provider says of the token, or its refusal to say anything of this one.
   *
   * @throws ProviderError where it could not be asked, or gave an answer that is not used.
   */
  async ask(
    endpoint: Endpoint,
    token: string,
    signal: AbortSignal,
  ): Promise<JsonObject | AuthError> {
    const configuration = await this.#configurationOf(endpoint);
    const number = String((this.#lastNumber += 1));
    this.#signals.set(number, signal);
    try {
      const asked = tokenIntrospection(configuration, token, { [NUMBER]: number });
      // The keys of a signed answer are fetched for everybody, and under nobody's signal.
      const answer = await rejectOnAbort(asked, signal);
      return answer as JsonObject;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const answer = this.#readFailure(error, endpoint);
      if (answer instanceof ProviderError) throw answer;
      return answer;
    } finally {
      this.#signals.delete(number);
    }
  }

  #configurationOf(endpoint: Endpoint): Promise<Configuration> {
    let made = this.#configurations.get(endpoint);
    if (made === undefined) {
      made = this.#configure(endpoint);
      this.#configurations.set(endpoint, made);
    }
    return made;
  }

  async #configure(endpoint: Endpoint): Promise<Configuration> {
    const { url, jwksUri } = endpoint;
    const { issuer = url.origin, clientId, credentials, signed } = this.#settings;
    const server = {
      issuer,
      introspection_endpoint: url.href,
      ...(jwksUri === undefined ? undefined : { jwks_uri: jwksUri.href }),
      // Ours, not the provider's: what signs an answer is not the provider's to choose.
      introspection_signing_alg_values_supported: [...DEFAULT_ALGORITHMS, 'Ed25519'],
    };
    const authentication = await credentials.authentication();
    const configuration = new Configuration(server, clientId, undefined, authentication);
    // There is a time limit around it; a timer of its own would be another for each question.
    configuration.timeout = 0;
    if (url.protocol === 'http:') allowInsecureRequests(configuration);
    if (signed) enableNonRepudiationChecks(configuration);
    configuration[customFetch] = (target, init) => this.#send(new URL(target), init, endpoint);
    return configuration;
  }

  async #send(url: URL, init: CustomFetchOptions, endpoint: Endpoint): Promise<Response> {
    const asksEndpoint = url.href === endpoint.url.href;
    const accept = asksEndpoint && this.#settings.signed ? { accept: SIGNED_TYPE } : undefined;
    const headers = { ...init.headers, ...accept };
    const request = { method: init.method, headers, ...this.#questionOf(init.body) };
    const response = await this.#fetch.fetch(url, request, endpoint.discoveredFrom);
    // openid-client asks here for the provider's keys too, which say nothing of any token.
    if (!asksEndpoint) return checkKeys(response, url);
    if (response.status !== 200) throw await this.#refusalOf(response, url);
    this.#rejected = false;
    if (this.#settings.signed) await this.#checkSigned(response, url);
    return response;
  }

  /** The body as it is sent, and whose question it is. */
  #questionOf(body: unknown): Pick<HttpRequest, 'body' | 'signal'> {
    if (!(body instanceof URLSearchParams)) return {};
    const signal = this.#signals.get(body.get(NUMBER) ?? '');
    body.delete(NUMBER);
    return { body, signal };
  }

  /** openid-client checks type, issuer, audience and signature; that the answer is fresh is checked here. */
  async #checkSigned(response: Response, url: URL): Promise<void> {
    const shown = `POST ${shownUrl(url)}`;
    if (response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() !== SIGNED_TYPE) {
      throw new ProviderError(
        'content',
        `${shown}: answered unsigned, where signed was configured`,
      );
    }
    const issuedAt = readUnverified(await response.clone().text())?.payload['iat'];
    const ageSeconds = this.#settings.clock.nowMs() / 1000 - Number(issuedAt);
    if (typeof issuedAt === 'number' && Math.abs(ageSeconds) <= FRESH_SECONDS) return;
    throw new ProviderError('content', `${shown}: its signed answer is not fresh`);
  }

  /** 400 is about this token, unless it says that it is about us; 401 and 403 are about us. */
  async #refusalOf(response: Response, url: URL): Promise<Error> {
    const { status } = response;
    const shown = `POST ${shownUrl(url)}: answered ${status}`;
    const error = await errorOf(response);
    if (status === 400 && error !== 'invalid_client' && error !== 'unauthorized_client') {
      return new TokenRefused();
    }
    if ([400, 401, 403].includes(status)) {
      const problem = new ProviderError('status', `${shown}, so it does not take our credentials`, {
        status,
      });
      if (!this.#rejected)
        this.#report({ type: 'introspection_credentials_rejected', error: problem });
      this.#rejected = true;
      return problem;
    }
    const asked = retryAfterMs(response.headers, this.#settings.clock.nowMs());
    return new ProviderError('status', shown, { status, retryAfterMs: asked });
  }

  /** What openid-client throws may hold the answer, so nothing of it is kept. */
  #readFailure(error: unknown, { url }: Endpoint): AuthError | ProviderError {
    for (const cause of causesOf(error)) {
      if (cause instanceof ProviderError) return cause;
      if (cause instanceof TokenRefused) return new AuthError('invalid_token', 'inactive');
      // A Response has a body too, and what is no JSON says nothing of the token.
      if (cause.cause instanceof Response) continue;
      const { body } = (cause.cause ?? {}) as { body?: unknown };
      // It told of the token, but not that it is active. A signed answer is read before its signature.
      if (!this.#settings.signed && isObject(body) && body['active'] !== true)
        return new AuthError('invalid_token', 'inactive');
    }
    return new ProviderError(
      'content',
      `POST ${shownUrl(url)}: answered with no introspection response`,
    );
  }
}

async function checkKeys(response: Response, url: URL): Promise<Response> {
  const { status } = response;
  const shown = `GET ${shownUrl(url)}: answered`;
  if (status !== 200) throw new ProviderError('status', `${shown} ${status}`, { status });
  const document: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (isObject(document) && Array.isArray(document['keys'])) return response;
  throw new ProviderError('content', `${shown} with no JWK Set`);
}

class TokenRefused extends Error {}

async function errorOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  return isObject(body) ? body['error'] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function* causesOf(error: unknown): Generator<Error> {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    yield cause;
    cause = cause.cause;
  }
}
