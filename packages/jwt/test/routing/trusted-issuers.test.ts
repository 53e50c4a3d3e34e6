import { AsyncLocalStorage } from 'node:async_hooks';
import {
  anyOf,
  AuthError,
  type Authenticator,
  type AuthenticatorEvent,
  cached,
  ConfigError,
  createPrincipal,
} from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { byTrustedIssuer } from '../../src/index.ts';
import { context, token as otherToken } from '../support/test-authenticator.ts';
import { decided } from '../support/tenants.ts';
import { createTrusted, issuerOf } from '../support/trusted-tenants.ts';

const [A, B, C] = [issuerOf('a'), issuerOf('b'), issuerOf('c')];
const name = (issuer: string): string => `tenant ${issuer}`;
const anyIssuer = (): boolean => true;

describe('byTrustedIssuer', () => {
  it('sends each token to the authenticator of its issuer, which it asks for once', async () => {
    const { authenticator, asked, token } = createTrusted(anyIssuer);
    for (const issuer of [A, B, A, B]) {
      expect(await decided(authenticator, token(issuer))).toBe(name(issuer));
    }
    expect(asked).toEqual([A, B]);
  });

  it('creates nothing at start, and is ready at once', async () => {
    const { authenticator, asked } = createTrusted(anyIssuer);
    await authenticator.ready();
    expect(asked).toEqual([]);
  });

  it('refuses an issuer that is not trusted without asking its provider, and remembers it', async () => {
    const { authenticator, asked, made, token, clock } = createTrusted((issuer) => issuer === A);
    for (let call = 0; call < 3; call += 1) {
      expect(await decided(authenticator, token(B))).toBe('invalid_token/issuer');
    }
    expect(asked).toEqual([B]);
    expect(made).toEqual([]);
    await clock.advance(10_000);
    expect(await decided(authenticator, token(B))).toBe('invalid_token/issuer');
    expect(asked).toEqual([B, B]);
  });

  it('accepts a tenant that is added later, although its issuer was asked for before', async () => {
    const tenants = new Set([A]);
    const { authenticator, token, clock } = createTrusted((issuer) => tenants.has(issuer));
    expect(await decided(authenticator, token(B))).toBe('invalid_token/issuer');
    tenants.add(B);
    await clock.advance(10_000);
    expect(await decided(authenticator, token(B))).toBe(name(B));
  });

  it('remembers a bounded number of issuers', async () => {
    const { authenticator, asked, token } = createTrusted(() => false);
    for (let tenant = 0; tenant <= 1000; tenant += 1) {
      await decided(authenticator, token(issuerOf(String(tenant))));
    }
    await decided(authenticator, token(issuerOf('1000')));
    expect(asked).toHaveLength(1001);
    await decided(authenticator, token(issuerOf('0')));
    expect(asked).toHaveLength(1002);
  });

  it.each<
    readonly [string, (token: (issuer: string, changes?: object) => string) => string, string]
  >([
    ['no issuer', (token) => token(A, { iss: undefined }), 'invalid_token/issuer'],
    ['an issuer in a list', (token) => token(A, { iss: [A] }), 'invalid_token/issuer'],
    ['an expired token', () => otherToken({ iss: C, exp: 1 }), 'invalid_token/issuer, expired'],
    [
      'an issuer of more than 2,048 characters',
      (token) => token(`https://${'a'.repeat(2048)}`),
      'invalid_token/issuer',
    ],
    ['an opaque token', () => 'opaque', 'malformed_credentials/not_a_compact_jws'],
    ['a JWE', () => 'a.b.c.d.e', 'malformed_credentials/not_a_compact_jws'],
  ])('refuses %s, and never asks for it', async (_, make, outcome) => {
    const { authenticator, asked, token } = createTrusted(() => false);
    expect(await decided(authenticator, make(token))).toBe(outcome);
    expect(asked.filter((issuer) => issuer !== C)).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'asks for the issuer %s like for any other',
    async (issuer) => {
      const { authenticator, asked, token } = createTrusted(() => false);
      expect(await decided(authenticator, token(issuer))).toBe('invalid_token/issuer');
      expect(asked).toEqual([issuer]);
    },
  );

  it('refuses a principal of another issuer', async () => {
    const liar: Authenticator = {
      name: 'liar',
      authenticate: () => createPrincipal({ authenticator: 'liar', issuer: B }),
    };
    const { token } = createTrusted(anyIssuer);
    expect(
      await decided(
        byTrustedIssuer(() => liar),
        token(A),
      ),
    ).toBe('invalid_token/issuer');
    expect(
      await decided(
        byTrustedIssuer(() => liar),
        token(B),
      ),
    ).toBe('liar');
  });

  it('refuses a scheme that it does not name', async () => {
    const { authenticator, token } = createTrusted(anyIssuer);
    expect(await decided(authenticator, token(A), { scheme: 'dpop' })).toBe(
      'missing_credentials/other_scheme',
    );
  });

  it.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    [
      'throws an AuthError',
      () => {
        throw new AuthError('invalid_token', 'issuer');
      },
    ],
    ['returns null', () => null],
    ['returns true', () => true],
    ['returns an object', () => ({})],
    ['returns an AuthError', () => new AuthError('invalid_token', 'issuer')],
    ['returns a promise', () => Promise.resolve(undefined)],
    ['returns a promise that rejects', () => Promise.reject(new Error('late'))],
    ['returns an authenticator without a name', () => ({ authenticate: () => undefined })],
    ['returns one of another issuer', () => ({ name: 'b', issuers: [B], authenticate: accept })],
    [
      'returns one whose subscribe throws',
      () => ({ name: 'b', authenticate: accept, subscribe: fail }),
    ],
  ])('ends a call with internal when trust %s', async (_, trust) => {
    const { token } = createTrusted(anyIssuer);
    const authenticator = byTrustedIssuer(trust as () => Authenticator);
    expect(await decided(authenticator, token(A))).toBe('internal/bug');
  });

  it.each<readonly [string, () => unknown]>([
    ['trust', () => byTrustedIssuer(undefined as never)],
    ['trust', () => byTrustedIssuer({} as never)],
    ['maxIssuers', () => byTrustedIssuer(() => undefined, { maxIssuers: 0 })],
    ['maxIssuers', () => byTrustedIssuer(() => undefined, { maxIssuers: 100_001 })],
    ['clock', () => byTrustedIssuer(() => undefined, { clock: 5 as never })],
    ['byTrustedIssuer', () => byTrustedIssuer(() => undefined, { max: 5 } as never)],
  ])('throws a ConfigError for a wrong %s', (path, make) => {
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(new RegExp(`^${path}`));
  });

  it('passes on the events of its authenticators, until they are closed', async () => {
    const subject = createTrusted(anyIssuer, { maxIssuers: 1 });
    const { authenticator, made, token } = subject;
    const heard: AuthenticatorEvent[] = [];
    const stop = authenticator.subscribe((event) => heard.push(event));
    await decided(authenticator, token(A));
    made[0]?.emit({ type: 'keys_changed' });
    const revoked = { type: 'revoked' as const, matches: () => true };
    made[0]?.emit(revoked);
    expect(heard).toEqual([{ type: 'keys_changed' }, revoked]);
    await decided(authenticator, token(B));
    expect(subject.open()).toEqual([B]);
    heard.length = 0;
    made[0]?.emit(revoked);
    expect(heard).toEqual([]);
    stop();
    made[1]?.emit(revoked);
    expect(heard).toEqual([]);
  });

  it('empties a cache around it when it closes an authenticator whose keys it watched', async () => {
    const { authenticator, made, token } = createTrusted(anyIssuer, { maxIssuers: 1 });
    const around = cached(authenticator);
    const first = token(A);
    await decided(around, first);
    await decided(around, first);
    expect(made[0]?.fetches).toBe(1);
    await decided(around, token(B));
    await decided(around, first);
    expect(made[2]).toMatchObject({ issuer: A, fetches: 1 });
  });

  it('does not empty a cache around it for forged issuers', async () => {
    const subject = createTrusted(anyIssuer, { maxIssuers: 1 });
    const { authenticator, clock, made, token, forged } = subject;
    const around = cached(authenticator);
    const first = token(A);
    await decided(around, first);
    for (let tenant = 0; tenant < 20; tenant += 1) {
      await clock.advance(1000);
      expect(await decided(around, forged(issuerOf(`f${tenant}`)))).toBe('invalid_token/signature');
    }
    await decided(around, first);
    expect(made[0]?.fetches).toBe(1);
  });

  it('names its authenticators, so that getPrincipal(call, authenticator) finds them', async () => {
    const { authenticator, made, token } = createTrusted(anyIssuer);
    await decided(authenticator, token(A));
    expect(authenticator.traits.children).toEqual([made[0]?.authenticator]);
    expect(authenticator.traits.opaqueTokens).toBe(false);
  });

  it('composes: anyOf asks the next authenticator for an issuer that is not trusted', async () => {
    const { authenticator, token } = createTrusted((issuer) => issuer === A);
    const next: Authenticator = { name: 'next', authenticate: accept, issuers: [B] };
    const composed = anyOf(authenticator, next);
    expect(await decided(composed, token(A))).toBe(name(A));
    expect(await decided(composed, token(B))).toBe('next');
    expect(await decided(composed, 'opaque')).toBe('next');
  });

  it('calls trust, and what it creates, in the async context of no caller', async () => {
    const caller = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const inner: Authenticator = {
      name: 'inner',
      authenticate() {
        seen.push(caller.getStore());
        return createPrincipal({ authenticator: 'inner', issuer: A });
      },
    };
    const authenticator = byTrustedIssuer(() => {
      seen.push(caller.getStore());
      return inner;
    });
    const { token } = createTrusted(anyIssuer);
    await caller.run('first', () => decided(authenticator, token(A)));
    expect(seen).toEqual([undefined, 'first']);
  });
});

describe('closing byTrustedIssuer', () => {
  it('closes its authenticators once, and creates none afterwards', async () => {
    const { authenticator, asked, made, token } = createTrusted(anyIssuer);
    await decided(authenticator, token(A));
    await Promise.all([authenticator.close(), authenticator.close()]);
    expect(made.map(({ closed }) => closed)).toEqual([1]);
    expect(await decided(authenticator, token(A))).toBe('unavailable/provider');
    expect(await decided(authenticator, token(B))).toBe('unavailable/provider');
    expect(asked).toEqual([A]);
  });

  it('closes those whose calls are pending, and reports one that fails', async () => {
    const pending = new Promise<never>(() => undefined);
    const authenticator = byTrustedIssuer(() => ({
      name: 'slow',
      authenticate: () => pending,
      close: () => Promise.reject(new Error('it cannot be closed')),
    }));
    const { token } = createTrusted(anyIssuer);
    void authenticator.authenticate({ scheme: 'bearer', token: token(A) }, context);
    await expect(authenticator.close()).rejects.toThrow('it cannot be closed');
  });

  it('answers calls that wait for a discovery', async () => {
    const { authenticator, token } = createTrusted(anyIssuer);
    for (const tenant of [0, 1, 2, 3, 4])
      await decided(authenticator, token(issuerOf(`${tenant}`)));
    const waiting = decided(authenticator, token(A));
    await authenticator.close();
    expect(await waiting).toBe('unavailable/provider');
  });
});

const accept = (): never => createPrincipal({ authenticator: 'next' }) as never;
const fail = (): never => {
  throw new Error('a bug');
};
