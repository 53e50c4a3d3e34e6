import { AsyncResource } from 'node:async_hooks';
import {
  AuthError,
  type AuthenticationContext,
  type Authenticator,
  type AuthenticatorEvent,
  type AuthenticatorTraits,
  type Clock,
  type Credentials,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import {
  allOf,
  checkAuthenticator,
  isPrincipal,
  isPromiseLike,
  Listeners,
  wrongOption,
} from '@grpc-authn/core/internal';
import { DiscoveryTurns } from './discovery-turns.ts';
import { IssuerCache } from './issuer-cache.ts';
import type { Trace } from '../trace/step-reporter.ts';
import { askRoute, noRoute, ofIssuer, traceRoute } from './route.ts';
import { TrustedRoute } from './trusted-route.ts';
import { UnknownIssuers } from './unknown-issuers.ts';
import { readUnverified, type UnverifiedToken } from './unverified-issuer.ts';

export type Trust = (issuer: string) => Authenticator<object> | undefined;

export interface TrustedIssuersOptions {
  readonly trust: Trust;
  readonly maxIssuers: number;
  readonly clock: Clock;
  readonly name: string;
  /** All that `trust` accepts, if they are known in advance. */
  readonly issuers: readonly string[];
  /** Of every authenticator that `trust` returns. Default: their own, once they exist. */
  readonly traits?: AuthenticatorTraits;
}

/** No real issuer is longer: its metadata URL would exceed what servers accept. */
const MAX_ISSUER_CHARACTERS = 2048;

/** Sends each JWT to the authenticator that `trust` returns for its issuer. See byTrustedIssuer. */
export class TrustedIssuers implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[] = Object.freeze(['bearer']);
  readonly issuers: readonly string[];
  readonly traits: AuthenticatorTraits;
  readonly #trust: Trust;
  readonly #clock: Clock;
  readonly #cache: IssuerCache<TrustedRoute>;
  readonly #unknown = new UnknownIssuers();
  readonly #turns: DiscoveryTurns;
  readonly #listeners = new Listeners<AuthenticatorEvent>();
  /** An authenticator is used by many calls, so `trust` creates it in no caller's async context. */
  readonly #scope = new AsyncResource('grpc-authn.TrustedIssuers');
  /** `trust` may return one authenticator for several names of an issuer. */
  readonly #routes = new WeakMap<Authenticator<object>, TrustedRoute>();
  /** By issuer: those that are cached, and those that were evicted and have pending calls. */
  readonly #open = new Map<string, TrustedRoute>();
  #isClosed = false;

  constructor(options: TrustedIssuersOptions) {
    const open = this.#open;
    this.name = options.name;
    this.issuers = options.issuers;
    this.traits =
      options.traits ??
      Object.freeze({
        opaqueTokens: false,
        get children() {
          return [...open.values()].map(({ authenticator }) => authenticator);
        },
      });
    this.#trust = options.trust;
    this.#clock = options.clock;
    this.#cache = new IssuerCache(options.maxIssuers);
    this.#turns = new DiscoveryTurns(options.clock);
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const { trace } = context;
    const token = readUnverified(credentials.token);
    if (token === undefined) {
      if (trace !== undefined) this.#explain(token, false, trace);
      return new AuthError('malformed_credentials', 'not_a_compact_jws');
    }
    if (this.#isClosed) return new AuthError('unavailable', 'provider');
    const { issuer, payload } = token;
    const route = issuer === undefined ? undefined : this.#routeOf(issuer, trace !== undefined);
    if (trace !== undefined) this.#explain(token, route !== undefined, trace);
    if (issuer === undefined || route === undefined) return noRoute(payload, this.#clock.nowMs());
    if (AuthError.is(route)) return route;
    const turn = this.#turns.take(route.discovery, context);
    if (turn === undefined) return this.#ask(route, issuer, credentials, context);
    return this.#askInTurn(turn, route, issuer, { ...credentials }, context);
  }

  #explain(token: UnverifiedToken | undefined, isFound: boolean, trace: Trace): void {
    traceRoute(this.name, token, { trace, expected: 'an issuer that trust() accepts', isFound });
  }

  async #askInTurn(
    turn: Promise<AuthError | undefined>,
    route: TrustedRoute,
    issuer: string,
    credentials: Credentials,
    context: AuthenticationContext,
  ): Promise<Verdict<object>> {
    route.retain();
    try {
      return (await turn) ?? (await this.#ask(route, issuer, credentials, context));
    } finally {
      route.release();
    }
  }

  #ask(
    route: TrustedRoute,
    issuer: string,
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const verdict = askRoute(route.authenticator, credentials, context);
    if (!isPromiseLike(verdict)) return this.#conclude(route, issuer, verdict);
    route.retain();
    return Promise.resolve(verdict)
      .then((late) => this.#conclude(route, issuer, late))
      .finally(() => route.release());
  }

  #conclude(route: TrustedRoute, issuer: string, verdict: Verdict<object>): Verdict<object> {
    if (isPrincipal(verdict) && verdict.issuer === issuer && !route.isClosed) {
      route.hasVerified = true;
      this.#cache.confirm(issuer, route);
    }
    return ofIssuer(verdict, issuer);
  }

  /** Undefined for an issuer that is not trusted; `internal` if `trust` fails. */
  #routeOf(issuer: string, asksAgain: boolean): TrustedRoute | AuthError | undefined {
    const found = this.#cache.find(issuer);
    if (found !== undefined) return found;
    const nowMs = this.#clock.nowMs();
    if (issuer.length > MAX_ISSUER_CHARACTERS) return undefined;
    if (!asksAgain && this.#unknown.has(issuer, nowMs)) return undefined;
    try {
      const route =
        this.#open.get(issuer) ?? this.#scope.runInAsyncScope(() => this.#create(issuer));
      if (route === undefined) this.#unknown.add(issuer, nowMs);
      else this.#cache.add(issuer, route);
      return route;
    } catch (cause) {
      return new AuthError('internal', 'bug', { cause });
    }
  }

  /** @throws what `trust` throws, and ConfigError for what it must not return. */
  #create(issuer: string): TrustedRoute | undefined {
    const authenticator = this.#trust(issuer);
    if (authenticator === undefined) return undefined;
    // Its rejection must not end the process.
    if (isPromiseLike(authenticator)) authenticator.then(undefined, () => undefined);
    checkAuthenticator(authenticator, 'trust()');
    const { issuers = [], name } = authenticator;
    if (issuers.length > 0 && !issuers.includes(issuer)) {
      throw wrongOption('trust()', `"${name}" of another issuer`, 'an authenticator of the issuer');
    }
    const known = this.#routes.get(authenticator);
    if (known?.isClosed === true) {
      throw wrongOption(
        'trust()',
        `"${name}", which was closed when evicted`,
        'a new authenticator',
      );
    }
    if (known !== undefined) return known;
    const route = new TrustedRoute(authenticator, {
      event: (event) => this.#listeners.emit(event),
      close: ({ hasVerified }) => {
        this.#open.delete(issuer);
        // Nobody watches its keys any more, so caches drop its verdicts.
        if (hasVerified && !this.#isClosed) this.#listeners.emit({ type: 'keys_changed' });
      },
    });
    this.#routes.set(authenticator, route);
    this.#open.set(issuer, route);
    return route;
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return this.#listeners.subscribe(listener);
  }

  /** There is nothing to discover at start. */
  async ready(): Promise<void> {}

  close(): Promise<void> {
    this.#isClosed = true;
    this.#turns.close();
    return allOf(
      [...this.#open.values()].map(({ authenticator }) => authenticator),
      'close',
      (authenticator) => this.#routes.get(authenticator)?.close(),
    );
  }
}
