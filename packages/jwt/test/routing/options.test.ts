import {
  anyOf,
  type Authenticator,
  type AuthenticatorEvent,
  AuthError,
  cached,
  ConfigError,
} from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { byIssuer } from '../../src/index.ts';
import { createTenant, decided, routesTo } from '../support/tenants.ts';

const [a, b] = [createTenant('a'), createTenant('b')];
const opaque = plain('opaque');

function plain(name: string, rest: Partial<Authenticator> = {}): Authenticator {
  return { name, authenticate: () => new AuthError('invalid_token', 'inactive'), ...rest };
}

describe('byIssuer throws a ConfigError', () => {
  it.each<readonly [string, () => unknown, RegExp]>([
    ['no routes', () => byIssuer({}), /routes/],
    ['routes that are a string', () => byIssuer('https://a.example' as never), /routes/],
    ['missing routes', () => byIssuer(undefined as never), /routes/],
    ['routes that are null', () => byIssuer(null as never), /routes/],
    ['a route to nothing', () => byIssuer({ x: undefined as never }), /routes\["x"\]/],
    [
      'a route to something other than an authenticator',
      () => byIssuer({ x: { name: 'x' } as never }),
      /routes\["x"\]/,
    ],
    [
      'a route to an authenticator of another issuer',
      () => byIssuer({ [b.issuer]: a.authenticator }),
      /"a" does not accept tokens of "https:\/\/b\.example"/,
    ],
    [
      'a cache over such an authenticator',
      () => byIssuer({ [b.issuer]: cached(a.authenticator) }),
      /does not accept tokens of/,
    ],
    [
      'two routes, one of them to another issuer',
      () => byIssuer({ [a.issuer]: a.authenticator, [`${a.issuer}/`]: a.authenticator }),
      /does not accept tokens of/,
    ],
    [
      'two routes to authenticators of one name',
      () => byIssuer({ x: plain('same'), y: plain('same') }),
      /the name "same"/,
    ],
    [
      'two routes of one name, of which one is inside a composition',
      () => byIssuer({ x: plain('same'), y: anyOf(plain('same', { issuers: ['y'] })) }),
      /the name "same"/,
    ],
    [
      'an opaque route of the name of another',
      () => byIssuer({ x: plain('same') }, { opaque: plain('same') }),
      /the name "same"/,
    ],
    [
      'an opaque route to nothing',
      () => byIssuer({ x: opaque }, { opaque: {} as never }),
      /opaque/,
    ],
    ['an unknown option', () => byIssuer({ x: opaque }, { default: opaque } as never), /default/],
  ])('for %s', (_, compose, message) => {
    expect(compose).toThrow(ConfigError);
    expect(compose).toThrow(message);
  });
});

describe('a composition by issuer', () => {
  it('lists the issuers of its opaque route too, each once', () => {
    const knowing = plain('knowing', { issuers: [a.issuer, 'https://c.example'] });
    const { issuers } = byIssuer({ [a.issuer]: plain('a') }, { opaque: knowing });
    expect(issuers).toEqual([a.issuer, 'https://c.example']);
  });

  it('is named after its children, and lists the issuers of its routes', () => {
    const { name, issuers, schemes } = routesTo([a, b], opaque);
    expect({ name, issuers, schemes }).toEqual({
      name: 'byIssuer(a, b, opaque)',
      issuers: [a.issuer, b.issuer],
      schemes: ['bearer'],
    });
  });

  it('copies its routes', async () => {
    const routes: Record<string, Authenticator> = { [a.issuer]: a.authenticator };
    const composed = byIssuer(routes);
    routes[b.issuer] = b.authenticator;
    delete routes[a.issuer];
    expect(await decided(composed, a.token())).toBe('a');
    expect(await decided(composed, b.token())).toBe('invalid_token/issuer');
  });

  it('accepts opaque tokens only with an opaque route', () => {
    expect(() => anyOf(routesTo([a], opaque), plain('rival'))).toThrow(ConfigError);
    expect(() => anyOf(routesTo([a]), plain('rival'))).not.toThrow();
  });

  it('without an opaque route leaves other tokens to the next authenticator of anyOf', async () => {
    const composed = anyOf(routesTo([a]), plain('rival'));
    expect(await decided(composed, 'opaque')).toBe('invalid_token/inactive');
    expect(await decided(composed, b.token())).toBe('invalid_token/inactive');
    expect(await decided(composed, a.token())).toBe('a');
  });

  it('can be cached unless a child is cached', async () => {
    const kept = cached(routesTo([a, b]));
    expect(await decided(kept, a.token())).toBe('a');
    expect(() => cached(byIssuer({ [a.issuer]: cached(a.authenticator) }))).toThrow(ConfigError);
    expect(() => cached(routesTo([a], cached(opaque)))).toThrow(ConfigError);
    expect(() => cached(anyOf(routesTo([a], cached(opaque)), b.authenticator))).toThrow(
      ConfigError,
    );
  });

  it('readies and closes each child once, and reports all failures', async () => {
    const log: string[] = [];
    const child = (name: string): Authenticator =>
      plain(name, {
        ready: async () => void log.push(`${name} is ready`),
        close: () => Promise.reject(new Error(name)),
      });
    const shared = child('shared');
    const composed = byIssuer({ x: shared, y: shared }, { opaque: child('opaque') });
    await composed.ready();
    expect(log).toEqual(['shared is ready', 'opaque is ready']);
    const failure: unknown = await composed.close().catch((error: unknown) => error);
    expect((failure as AggregateError).errors.map(String)).toEqual([
      'Error: shared',
      'Error: opaque',
    ]);
  });

  it('passes on events of its children', () => {
    const listeners: ((event: AuthenticatorEvent) => void)[] = [];
    const subscribe = (listener: (event: AuthenticatorEvent) => void) => {
      listeners.push(listener);
      return () => void listeners.splice(listeners.indexOf(listener), 1);
    };
    const composed = byIssuer(
      { x: plain('x', { subscribe }) },
      { opaque: plain('o', { subscribe }) },
    );
    const heard: string[] = [];
    const stop = composed.subscribe(({ type }) => heard.push(type));
    for (const listener of listeners) listener({ type: 'keys_changed' });
    expect(heard).toEqual(['keys_changed', 'keys_changed']);
    stop();
    expect(listeners).toEqual([]);
  });
});
