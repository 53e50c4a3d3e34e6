import {
  AuthError,
  type AuthenticationContext,
  type Authenticator,
  type ClaimsOf,
  ConfigError,
  type Credentials,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import {
  checkAuthenticator,
  checkOptionNames,
  Composition,
  describeValue,
  isPromiseLike,
  leavesOf,
  wrongOption,
} from '@grpc-authn/core/internal';
import type { Trace } from '../trace/step-reporter.ts';
import { askRoute, noRoute, ofIssuer, traceRoute } from './route.ts';
import { readUnverified, type UnverifiedToken } from './unverified-issuer.ts';

class ByIssuer extends Composition implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[];
  readonly issuers: readonly string[];
  readonly traits: Composition['traits'];
  /** A Map, so that `__proto__` and `constructor` are ordinary issuers. */
  readonly #routes: ReadonlyMap<string, Authenticator<object>>;
  readonly #opaque: Authenticator<object> | undefined;

  constructor(
    routes: ReadonlyMap<string, Authenticator<object>>,
    opaque: Authenticator<object> | undefined,
  ) {
    super();
    this.#routes = routes;
    this.#opaque = opaque;
    const children = new Set([...routes.values(), ...(opaque === undefined ? [] : [opaque])]);
    this.traits = Object.freeze({
      children: Object.freeze([...children]),
      opaqueTokens: opaque !== undefined,
    });
    this.name = `byIssuer(${this.traits.children.map(({ name }) => name).join(', ')})`;
    this.schemes = [
      ...new Set(this.traits.children.flatMap((child) => [...checkAuthenticator(child)])),
    ];
    this.issuers = [...new Set([...routes.keys(), ...(opaque?.issuers ?? [])])];
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const token = readUnverified(credentials.token);
    if (context.trace !== undefined) this.#explain(token, context.trace);
    if (token === undefined) {
      return this.#opaque === undefined
        ? new AuthError('malformed_credentials', 'not_a_compact_jws')
        : askRoute(this.#opaque, credentials, context);
    }
    const { issuer, payload } = token;
    const route = issuer === undefined ? undefined : this.#routes.get(issuer);
    if (route === undefined) return noRoute(payload, Date.now());
    const verdict = askRoute(route, credentials, context);
    return isPromiseLike(verdict)
      ? Promise.resolve(verdict).then((late) => ofIssuer(late, issuer))
      : ofIssuer(verdict, issuer);
  }

  /** The route, and those that are not asked. */
  #explain(token: UnverifiedToken | undefined, trace: Trace): void {
    const issuer = token?.issuer;
    const route = token === undefined ? this.#opaque : this.#routes.get(issuer ?? '');
    const expected = `an issuer of ${[...this.#routes.keys()].join(', ')}`;
    traceRoute(this.name, token, {
      trace,
      expected: token === undefined ? 'a token that a route accepts' : expected,
      isFound: route !== undefined,
    });
    for (const { name } of this.traits.children) {
      if (name === route?.name) continue;
      const received = route === undefined ? 'no route' : `the route is "${route.name}"`;
      trace({ check: 'format', result: 'not_reached', authenticator: name, received });
    }
  }
}

/**
 * Sends each JWT to the authenticator of its issuer, and every other token to `opaque`. The unverified
 * `iss` selects the route before anything is fetched; the issuer that the route verifies must be the same.
 *
 * Refuses with `invalid_token` (reason `issuer`) if the issuer has no route, and with
 * `malformed_credentials` if the token is not a JWT and there is no `opaque`.
 *
 * @throws ConfigError if an authenticator does not accept tokens of the issuer of its route.
 * @example byIssuer({ 'https://a.example': a, 'https://b.example': b }, { opaque: introspection })
 */
export function byIssuer<A extends Authenticator<object>>(
  routes: Readonly<Record<string, A>>,
  options: { readonly opaque?: A } = {},
): ManagedAuthenticator<ClaimsOf<A>> {
  checkOptionNames('byIssuer', options, ['opaque']);
  if (typeof routes !== 'object' || routes === null || Object.keys(routes).length === 0) {
    throw wrongOption('routes', describeValue(routes), 'an object of authenticators by issuer');
  }
  const map = new Map<string, Authenticator<object>>(Object.entries(routes));
  for (const [issuer, authenticator] of map) {
    checkAuthenticator(authenticator, `routes[${JSON.stringify(issuer)}]`);
    const { issuers = [], name } = authenticator;
    if (issuers.length > 0 && !issuers.includes(issuer)) {
      throw new ConfigError([
        {
          path: `routes[${JSON.stringify(issuer)}]`,
          message: `"${name}" does not accept tokens of ${describeValue(issuer)}`,
        },
      ]);
    }
  }
  checkNames([...map.values(), ...(options.opaque === undefined ? [] : [options.opaque])]);
  const composed: ManagedAuthenticator<object> = new ByIssuer(map, options.opaque);
  return composed as ManagedAuthenticator<ClaimsOf<A>>;
}

function checkNames(authenticators: readonly Authenticator<object>[]): void {
  for (const authenticator of authenticators) checkAuthenticator(authenticator, 'opaque');
  const names = [...leavesOf(authenticators)].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ConfigError([
      { path: 'byIssuer', message: `two authenticators have the name "${twice}"` },
    ]);
  }
}
