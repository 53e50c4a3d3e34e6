import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { cached } from '../../src/compose/cached.ts';
import { wrapAuthenticator } from '../../src/compose/wrap-authenticator.ts';
import type { Authenticator, ManagedAuthenticator } from '../../src/contract/authenticator.ts';
import { setAuthInfo } from '../../src/contract/call-auth-info.ts';
import type { PrincipalInit } from '../../src/contract/principal.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { createAuthInterceptor } from '../../src/grpc/create-auth-interceptor.ts';
import { getPrincipal } from '../../src/grpc/principal-access.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import {
  allowAnonymous,
  authenticated,
  confirmedBy,
  dryRun,
  requireAny,
  requireClaim,
  requireScopes,
} from '../../src/policy/rules.ts';
import { ask, caller, CREDENTIALS } from '../support/asked-rule.ts';
import { CallContext } from '../support/call-context.ts';
import { CountedAuthenticator, principalFor } from '../support/counted-authenticator.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** What a user writes: every documented member is copied, and delegated to. */
function wrapByHand(inner: ManagedAuthenticator<object>, traits: 'with traits' | 'without traits') {
  return {
    name: inner.name,
    schemes: inner.schemes,
    issuers: inner.issuers,
    ...(traits === 'with traits' ? { traits: inner.traits } : {}),
    authenticate: (...call: Parameters<Authenticator<object>['authenticate']>) =>
      inner.authenticate(...call),
    subscribe: (...args: Parameters<ManagedAuthenticator['subscribe']>) => inner.subscribe(...args),
    ready: (signal?: AbortSignal) => inner.ready(signal),
    close: () => inner.close(),
  };
}

const WRAPPERS: readonly (readonly [
  string,
  (inner: ManagedAuthenticator<object>) => Authenticator<object>,
])[] = [
  ['a hand-written wrapper that copies traits', (inner) => wrapByHand(inner, 'with traits')],
  ['wrapAuthenticator()', (inner) => wrapAuthenticator(inner, {})],
  ['two wrappers', (inner) => wrapAuthenticator(wrapAuthenticator(inner, {}), {})],
];

/** Like introspection with `audience: 'any'`. */
function ofAnyAudience(init: Partial<PrincipalInit<object>> = {}): ManagedAuthenticator<object> {
  return {
    name: 'stub',
    schemes: ['bearer'],
    issuers: ['https://a'],
    traits: Object.freeze({ opaqueTokens: true, anyAudience: true }),
    authenticate: () => caller({ audienceChecked: false, ...init }),
    subscribe: () => () => undefined,
    ready: async () => undefined,
    close: async () => undefined,
  };
}

function caching(clock = new ManualClock()): ManagedAuthenticator<object> {
  const counted = new CountedAuthenticator((credentials) => principalFor(credentials, clock));
  return cached<object>(counted, { clock, maxAgeSeconds: 300 });
}

describe.each(WRAPPERS)('%s loses no check at start-up:', (_what, wrap) => {
  it('tokens of any audience need scope rules', () => {
    const authenticator = wrap(ofAnyAudience());
    expect(() => createAuthInterceptor({ authenticator })).toThrow("audience: 'any'");
    const policy = definePolicy({ rules: { 'a.B/*': authenticated() } });
    expect(() => createAuthInterceptor({ authenticator, policy })).toThrow('a.B/*');
  });

  it('a confirmation must not come from a cache', () => {
    expect(() => confirmedBy(wrap(caching()))).toThrow(ConfigError);
  });

  it('a cache is not cached again', () => {
    expect(() => cached(wrap(caching()))).toThrow(ConfigError);
  });

  it('getPrincipal() takes the authenticator inside it', () => {
    const inner = caching();
    const metadata = new Metadata();
    const principal = caller({ authenticator: 'counted' });
    setAuthInfo(metadata, { root: wrap(inner), principal });
    expect(getPrincipal({ metadata }, inner)).toBe(principal);
    expect(() => getPrincipal({ metadata }, caching())).toThrow('does not ask this "counted"');
  });
});

describe('a wrapper that forgot traits is caught at run time:', () => {
  const unaware = wrapByHand(ofAnyAudience(), 'without traits');
  const scoped = wrapByHand(ofAnyAudience({ scopes: ['orders:read'] }), 'without traits');
  const claims = { team: 'a' };
  const until = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);

  it.each([
    ['authenticated()', authenticated()],
    ['allowAnonymous()', allowAnonymous()],
    ['requireClaim()', requireClaim('team', 'a')],
    [
      'requireAny() with a branch without scopes',
      requireAny(requireScopes('orders:read'), requireClaim('team', 'a')),
    ],
    ['a dry run', dryRun(requireScopes('orders:read'), { until })],
  ])('a principal whose audience nobody checked is refused under %s', async (_rule, rule) => {
    for (const authenticator of [
      wrapByHand(ofAnyAudience({ claims, scopes: ['orders:read'] }), 'without traits'),
      cached(wrapByHand(ofAnyAudience({ claims, scopes: ['orders:read'] }), 'without traits')),
    ]) {
      expect(await ask(rule, { authenticator }).decided).toMatchObject({
        code: 'invalid_token',
        reason: 'audience',
      });
    }
  });

  it('scope rules still accept and refuse it', async () => {
    const rule = requireScopes('orders:read');
    expect(await ask(rule, { authenticator: scoped }).decided).toMatchObject({ subject: 'alice' });
    expect(await ask(rule, { authenticator: unaware }).decided).toMatchObject({ reason: 'scope' });
  });

  it('a confirmation from a cache is refused', async () => {
    const clock = new ManualClock();
    // Verified at a fraction of a second, so that no rounding is assumed.
    clock.advance(250);
    const cache = caching(clock);
    const by = wrapByHand(cache, 'without traits');
    const principal = caller({ subject: 'bearer token' });
    expect(await ask(confirmedBy(by), { principal, clock }).decided).toBe(principal);
    clock.advance(1);
    expect(await ask(confirmedBy(by), { principal, clock }).decided).toMatchObject({
      code: 'permission_denied',
      reason: 'unconfirmed',
    });
  });

  it('a verdict in two caches is not older than the outer age', async () => {
    const clock = new ManualClock();
    const counted = new CountedAuthenticator((credentials) => principalFor(credentials, clock));
    const inner = cached<object>(counted, { clock, maxAgeSeconds: 300 });
    const outer = cached<object>(wrapByHand(inner, 'without traits'), {
      clock,
      maxAgeSeconds: 300,
    });
    await inner.authenticate(CREDENTIALS, new CallContext());
    clock.advance(200_000);
    await outer.authenticate(CREDENTIALS, new CallContext());
    expect(counted.asked).toHaveLength(1);
    clock.advance(100_000);
    await outer.authenticate(CREDENTIALS, new CallContext());
    expect(counted.asked).toHaveLength(2);
  });

  it('getPrincipal() says what the wrapper has to do', () => {
    const inner = caching();
    const metadata = new Metadata();
    const root = wrapByHand(inner, 'without traits');
    setAuthInfo(metadata, { root, principal: caller({ authenticator: 'counted' }) });
    expect(() => getPrincipal({ metadata }, inner)).toThrow(/copy its `traits` or use wrapAuth/);
    expect(getPrincipal({ metadata }, root)).toBeDefined();
  });
});

describe('the freshness of a confirmation', () => {
  const clock = new ManualClock();
  const askedAt = clock.nowMs() / 1000 + 0.4;
  clock.advance(400);
  const principal = caller();

  it.each([
    ['now', askedAt, true],
    ['later', askedAt + 5, true],
    ['a millisecond earlier', askedAt - 0.001, false],
    ['the second in which it was asked, rounded down', Math.floor(askedAt), true],
    ['the second before', Math.floor(askedAt) - 1, false],
  ])('verified %s', async (_when, verifiedAtEpochSeconds, confirmed) => {
    const by: Authenticator<object> = {
      name: 'by',
      authenticate: () => caller({ verifiedAtEpochSeconds }),
    };
    const decided = await ask(confirmedBy(by), { principal, clock }).decided;
    if (confirmed) expect(decided).toBe(principal);
    else expect(decided).toMatchObject({ code: 'permission_denied', reason: 'unconfirmed' });
  });
});

describe('wrapAuthenticator()', () => {
  it('keeps name, schemes, issuers, events and lifecycle', async () => {
    const inner = ofAnyAudience();
    const [subscribe, ready, close] = [
      vi.spyOn(inner, 'subscribe'),
      vi.spyOn(inner, 'ready'),
      vi.spyOn(inner, 'close'),
    ];
    const wrapped = wrapAuthenticator(inner, {});
    expect(wrapped).toMatchObject({ name: 'stub', schemes: ['bearer'], issuers: ['https://a'] });
    expect(wrapped.traits.children).toEqual([inner]);
    expect(Object.isFrozen(wrapped.traits)).toBe(true);
    const listener = (): void => undefined;
    wrapped.subscribe(listener);
    const { signal } = new AbortController();
    await wrapped.ready(signal);
    await wrapped.close();
    expect(subscribe).toHaveBeenCalledWith(listener);
    expect(ready).toHaveBeenCalledWith(signal);
    expect(close).toHaveBeenCalledOnce();
  });

  it('fills in what the inner authenticator leaves out', async () => {
    const wrapped = wrapAuthenticator({ name: 'a', authenticate: () => caller() }, {});
    expect(wrapped).toMatchObject({ schemes: ['bearer'], issuers: [] });
    expect(wrapped.subscribe(() => undefined)()).toBeUndefined();
    await wrapped.ready();
    await wrapped.close();
  });

  it('calls the function with the next step and the call, and answers synchronously where both do', () => {
    const principal = caller();
    const inner: Authenticator<object> = { name: 'a', authenticate: () => principal };
    const seen: unknown[] = [];
    const context = new CallContext();
    const wrapped = wrapAuthenticator(inner, {
      authenticate(next, ...call) {
        seen.push(...call);
        return next();
      },
    });
    expect(wrapped.authenticate(CREDENTIALS, context)).toBe(principal);
    expect(seen).toEqual([CREDENTIALS, context]);
  });

  it.each([
    ['wrapAuthenticator.inner', {}, {}],
    ['wrapAuthenticator', { name: 'a', authenticate: () => caller() }, { authentcate: () => 1 }],
    ['authenticate', { name: 'a', authenticate: () => caller() }, { authenticate: 'log' }],
    [
      'wrapAuthenticator.inner.traits.caches',
      { name: 'a', authenticate: () => caller(), traits: { caches: 'yes' } },
      {},
    ],
    [
      'wrapAuthenticator.inner.traits.children',
      { name: 'a', authenticate: () => caller(), traits: { children: {} } },
      {},
    ],
    [
      'wrapAuthenticator.inner.traits.children[0]',
      { name: 'a', authenticate: () => caller(), traits: { children: [{}] } },
      {},
    ],
    [
      'wrapAuthenticator.inner.traits',
      { name: 'a', authenticate: () => caller(), traits: true },
      {},
    ],
  ])('is a ConfigError that names %s', (path, inner, around) => {
    const wrap = () => wrapAuthenticator(inner as never, around as never);
    expect(wrap).toThrow(ConfigError);
    expect(wrap).toThrow(new RegExp(`^${path.replaceAll(/[.[\]]/g, '\\$&')}: `));
  });
});
