import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import type { CacheOptions } from '../../src/compose/cache-options.ts';
import { cached } from '../../src/compose/cached.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { CallContext } from '../support/call-context.ts';
import { CountedAuthenticator, principalFor } from '../support/counted-authenticator.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const inner = stubAuthenticator(() => undefined);

describe('cached() throws a ConfigError', () => {
  it.each([
    ['maxEntries', { maxEntries: 0 }],
    ['maxEntries', { maxEntries: -1 }],
    ['maxEntries', { maxEntries: Number.NaN }],
    ['maxEntries', { maxEntries: 1_000_001 }],
    ['maxEntries', { maxEntries: '100' }],
    ['maxEntries', { maxEntries: null }],
    ['maxAgeSeconds', { maxAgeSeconds: 0 }],
    ['maxAgeSeconds', { maxAgeSeconds: 86_401 }],
    ['maxAgeSeconds', { maxAgeSeconds: Number.POSITIVE_INFINITY }],
    ['keepTokens', { keepTokens: 'false' }],
    ['keepTokens', { keepTokens: 0 }],
    ['negative', { negative: true }],
    ['negative', { negative: null }],
    ['negative.maxEntries', { negative: { maxEntries: 0 } }],
    ['negative.maxAgeSeconds', { negative: { maxAgeSeconds: -1 } }],
    ['clock', { clock: Date.now }],
    ['clock.setTimer', { clock: { nowMs: Date.now } }],
  ])('for the option %s, which it names: %j', (name, options) => {
    const create = (): unknown => cached(inner, options as unknown as CacheOptions);
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(name);
  });

  it.each([[{ maxAge: 5 }], [{ ttl: 5 }], [{ negative: { maxAge: 5 } }], ['options'], [null]])(
    'for what is no option of it: %j',
    (options) => {
      expect(() => cached(inner, options as unknown as CacheOptions)).toThrow(ConfigError);
    },
  );

  it.each([[undefined], [null], ['authenticator'], [{}], [{ name: 'a' }], [{ authenticate() {} }]])(
    'for what is no authenticator: %j',
    (authenticator) => {
      expect(() => cached(authenticator as never)).toThrow(ConfigError);
    },
  );

  it('for a cache on a cache, however deep it lies', () => {
    const kept = cached(stubAuthenticator(() => undefined, { name: 'kept', issuers: ['a'] }));
    const other = stubAuthenticator(() => undefined, { name: 'other', issuers: ['b'] });
    const third = stubAuthenticator(() => undefined, { name: 'third', issuers: ['c'] });
    const deep = anyOf(third, anyOf(other, kept));
    for (const nested of [kept, anyOf(kept, other), anyOf(other, kept), deep]) {
      expect(() => cached(nested)).toThrow(ConfigError);
      expect(() => cached(nested)).toThrow(/may answer from a cache already/);
    }
    expect(() => cached(anyOf(other, third))).not.toThrow();
    expect(() => anyOf(kept, cached(other))).not.toThrow();
  });
});

describe('a cache', () => {
  it('is at its limits still made', () => {
    for (const options of [
      { maxEntries: 1, maxAgeSeconds: 1, negative: { maxEntries: 1, maxAgeSeconds: 1 } },
      { maxEntries: 1_000_000, maxAgeSeconds: 86_400 },
    ]) {
      expect(() => cached(inner, options)).not.toThrow();
    }
  });

  it('has the name, the schemes and the issuers of what is inside', () => {
    const { name, schemes, issuers } = cached(new CountedAuthenticator(() => undefined));
    expect({ name, schemes, issuers }).toEqual({
      name: 'counted',
      schemes: ['bearer', 'dpop'],
      issuers: ['https://id.example.com'],
    });
    const bare = cached(stubAuthenticator(() => undefined));
    expect(bare.schemes).toEqual(['bearer']);
    expect(bare.issuers).toEqual([]);
  });

  it('copies its options: a change to them afterwards changes nothing', () => {
    const clock = new ManualClock();
    const authenticator = new CountedAuthenticator((credentials) =>
      principalFor(credentials, clock),
    );
    const options = { clock, maxAgeSeconds: 10, maxEntries: 4, negative: { maxAgeSeconds: 5 } };
    const cache = cached(authenticator, options);
    Object.assign(options, { maxAgeSeconds: 1000, clock: new ManualClock(), negative: undefined });
    authenticator.schemes.push('basic');
    expect(cache.schemes).toEqual(['bearer', 'dpop']);
    const ask = () => cache.authenticate({ scheme: 'bearer', token: 't' }, new CallContext());
    void ask();
    clock.advance(10_000);
    void ask();
    expect(authenticator.asked).toHaveLength(2);
  });
});
