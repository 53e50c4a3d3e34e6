import {
  AuthError,
  type AuthenticationContext,
  type AuthenticatorTraits,
  type AuthEvent,
  type Credentials,
  type JsonObject,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { reportEvent, unavailableOnAbort } from '@grpc-authn/core/internal';
import { GuardedFetch, shownUrl } from '@grpc-authn/provider';
import { hasExpired, readUnverified, type UnverifiedToken } from '@grpc-authn/jwt/internal';
import { createEndpointSource, type EndpointSource } from './endpoint.ts';
import { IntrospectionClient } from './introspection-client.ts';
import type { IntrospectionSettings } from './introspection-options.ts';
import { type Judge, judgeAnswer } from './judge-answer.ts';
import { ProviderGuard, toUnavailable } from './provider-guard.ts';

/** b64token (RFC 6750): any other text is no bearer token, and is not sent to the provider. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Asks the provider about each token. It caches no verdict: wrap it in `cached`. */
export class IntrospectionAuthenticator implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[] = Object.freeze(['bearer']);
  readonly issuers: readonly string[];
  readonly traits: AuthenticatorTraits;
  readonly #settings: IntrospectionSettings;
  readonly #fetch: GuardedFetch;
  readonly #endpoint: EndpointSource;
  readonly #client: IntrospectionClient;
  readonly #guard: ProviderGuard<JsonObject | AuthError>;
  /** For a cache: the questions that were sent, by token. Calls join them, even if their callers left. */
  readonly #sent: Map<string, Promise<Verdict<object>>> | undefined;

  /**
   * @param forCache a verdict is returned when the answer arrives, even if all callers have left: the cache
   *   stores it, and lets its callers go. Without a cache, a caller is let go when its signal is aborted.
   */
  constructor(settings: IntrospectionSettings, forCache: boolean) {
    this.name = settings.name;
    this.issuers = settings.issuer === undefined ? [] : [settings.issuer];
    this.traits = Object.freeze({
      opaqueTokens: true,
      anyAudience: settings.audience === undefined,
    });
    this.#settings = settings;
    const report = (event: Omit<AuthEvent, 'authenticator'>): void => this.#report(event);
    this.#fetch = new GuardedFetch(settings.http, {
      certificate: settings.credentials.certificate,
      maxSockets: settings.maxConcurrent,
      onProxy: (detail) => report({ type: 'proxy_used', detail }),
    });
    this.#endpoint = createEndpointSource(settings, this.#fetch);
    this.#client = new IntrospectionClient(settings, this.#fetch, report);
    this.#guard = new ProviderGuard({ ...settings, timeoutMs: settings.http.timeoutMs }, report);
    this.#sent = forCache ? new Map() : undefined;
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const { token } = credentials;
    if (context.trace !== undefined) return this.#explain(token, context, context.trace);
    return this.#refuseUnasked(token) ?? this.#share(token, context);
  }

  /** Asks on its own: no other call's question explains this token. */
  async #explain(
    token: string,
    context: AuthenticationContext,
    trace: NonNullable<AuthenticationContext['trace']>,
  ): Promise<Verdict<object>> {
    // Loaded on demand: a server that serves calls does not need it.
    const { explainAnswer } = await import('./explain-answer.ts');
    return explainAnswer(this.#settings, {
      trace,
      unasked: this.#refuseUnasked(token),
      payload: readUnverified(token)?.payload,
      ask: (judge) => {
        const asked = this.#ask(token, context, () => undefined, judge);
        return unavailableOnAbort(asked, context);
      },
    });
  }

  /** Undefined for a token about which the provider is asked. */
  #refuseUnasked(token: string): AuthError | undefined {
    if (!B64TOKEN.test(token)) return new AuthError('malformed_credentials', 'bad_characters');
    return this.#ofOtherIssuer(token);
  }

  #share(token: string, context: AuthenticationContext): Promise<Verdict<object>> {
    const sent = this.#sent;
    if (sent === undefined) {
      const asked = this.#ask(token, context, () => undefined);
      return unavailableOnAbort(asked, context);
    }
    const running = sent.get(token);
    if (running !== undefined) return running;
    const verdict = this.#ask(token, context, () => sent.set(token, verdict)).finally(() => {
      if (sent.get(token) === verdict) sent.delete(token);
    });
    return verdict;
  }

  /** A JWT of another issuer is never sent to this provider. */
  #ofOtherIssuer(token: string): AuthError | undefined {
    const { issuer } = this.#settings;
    const jwt = issuer === undefined ? undefined : readUnverified(token);
    if (jwt?.issuer === undefined || jwt.issuer === issuer) return undefined;
    const tokenExpired = this.#hasExpired(jwt);
    return new AuthError('invalid_token', 'issuer', { tokenExpired, claim: 'iss' });
  }

  #hasExpired({ payload }: UnverifiedToken): boolean {
    const { clock, clockToleranceSeconds } = this.#settings;
    return hasExpired(payload, clock.nowMs() / 1000, clockToleranceSeconds);
  }

  async #ask(
    token: string,
    context: AuthenticationContext,
    onSent: () => void,
    judge: Judge = this.#judge,
  ): Promise<Verdict<object>> {
    try {
      const endpoint = await this.#endpoint.get();
      if (AuthError.is(endpoint)) return endpoint;
      // Not part of the guard's time limit: the first import may take a while on a busy machine.
      await this.#client.prepare();
      const askedAtSeconds = this.#settings.clock.nowMs() / 1000;
      const answer = await this.#guard.ask({
        token,
        context,
        shown: `POST ${shownUrl(endpoint.url)}`,
        send: (ending) => {
          onSent();
          return this.#client.ask(endpoint, token, ending);
        },
      });
      const verdict = AuthError.is(answer) ? answer : judge(answer, askedAtSeconds);
      return AuthError.is(verdict) ? this.#withExpiry(token, verdict) : verdict;
    } catch (error) {
      const problem = toUnavailable(error);
      if (AuthError.is(problem)) return problem;
      throw problem;
    }
  }

  readonly #judge: Judge = (answer, askedAtSeconds) =>
    judgeAnswer(answer, this.#settings, askedAtSeconds);

  /** Whatever the reason of the refusal, the token's own `exp` decides whether it has expired. */
  #withExpiry(token: string, refusal: AuthError): AuthError {
    if (refusal.tokenExpired || refusal.code !== 'invalid_token') return refusal;
    const jwt = readUnverified(token);
    if (jwt === undefined || !this.#hasExpired(jwt)) return refusal;
    const { reason, claim } = refusal as AuthError<'invalid_token'>;
    return new AuthError('invalid_token', reason, { tokenExpired: true, ...(claim && { claim }) });
  }

  #report(event: Omit<AuthEvent, 'authenticator'>): void {
    reportEvent(this.#settings.report, { authenticator: this.name, ...event });
  }

  /** A provider sends no events. */
  subscribe(): () => void {
    return () => undefined;
  }

  /** Discovers the endpoint, and imports what the first request needs. */
  async ready(signal?: AbortSignal): Promise<void> {
    await this.#endpoint.ready(signal);
    await this.#client.prepare().catch((error: unknown) => {
      throw toUnavailable(error);
    });
  }

  async close(): Promise<void> {
    const closed = this.#endpoint.close();
    await this.#fetch.close();
    await closed;
  }
}
