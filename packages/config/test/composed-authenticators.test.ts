import { describe, expect, it } from 'vitest';
import { load, messageOf } from './support/loaded.ts';

const A = { use: 'table', issuer: 'https://a.example', tokens: { a: 'alice' } };
const B = { use: 'table', issuer: 'https://b.example', tokens: { b: 'bob' } };

describe('an authenticator of a config', () => {
  it('may be defined inline, and then has the name of its adapter', async () => {
    const { ask, table } = await load({ config: { authenticator: A } });
    expect(await ask('a')).toBe('alice');
    expect(await ask('b')).toBe('invalid_token/signature');
    expect(table.made.map(({ name }) => name)).toEqual(['table']);
  });

  it('may have a name in an inline definition', async () => {
    const { table } = await load({ config: { authenticator: { ...A, name: 'main' } } });
    expect(table.made.map(({ name }) => name)).toEqual(['main']);
  });

  it('may be named, and is made once, however many refer to it', async () => {
    const config = {
      authenticators: { main: A, other: B },
      authenticator: { use: 'anyOf', of: ['main', 'other'] },
      policy: { rules: { 'x.Y/Z': { confirmedBy: 'main' } } },
    };
    const { table } = await load({ config });
    expect(table.made.map(({ name }) => name)).toEqual(['main', 'other']);
  });

  it('caches principals by default', async () => {
    for (const [cache, asked] of [
      [undefined, 1],
      [{ maxAgeSeconds: 60 }, 1],
      [false, 2],
    ] as const) {
      const { ask, table } = await load({ config: { authenticator: { ...A, cache } } });
      await ask('a');
      await ask('a');
      expect(table.made[0]?.asked).toHaveLength(asked);
    }
  });

  it('is cached for maxAgeSeconds', async () => {
    const config = { authenticator: { ...A, cache: { maxAgeSeconds: 7 } } };
    const { ask, clock, table } = await load({ config });
    await ask('a');
    await clock.advance(6999);
    await ask('a');
    expect(table.made[0]?.asked).toHaveLength(1);
    await clock.advance(1001);
    await ask('a');
    expect(table.made[0]?.asked).toHaveLength(2);
  });

  it('that confirmedBy names is not cached there', async () => {
    const config = {
      authenticators: { main: A },
      authenticator: 'main',
      policy: { rules: { 'x.Y/Z': { confirmedBy: 'main' } } },
    };
    // A cached one would be a ConfigError of confirmedBy().
    const { ask, table } = await load({ config });
    await ask('a');
    await ask('a');
    expect(table.made[0]?.asked).toHaveLength(1);
  });

  it('that is not referred to is checked, too', async () => {
    const config = { authenticators: { unused: { use: 'table' } }, authenticator: A };
    expect(await messageOf(load({ config }))).toContain(
      'authenticators.unused.tokens: expected an object, received nothing',
    );
  });
});

describe('a composition', () => {
  it('may be named, and be inside another', async () => {
    const config = {
      authenticators: { inner: { use: 'anyOf', of: [{ ...A, name: 'a' }] } },
      authenticator: { use: 'anyOf', of: ['inner'] },
    };
    expect(await (await load({ config })).ask('a')).toBe('alice');
  });

  it.each<readonly [string, object, string]>([
    [
      'itself',
      { loop: { use: 'anyOf', of: ['loop'] } },
      'authenticators.loop.of[0]: "loop" is made of itself: loop -> loop',
    ],
    [
      'each other',
      { loop: { use: 'anyOf', of: ['b'] }, b: { use: 'anyOf', of: ['loop'] } },
      'is made of itself: loop -> b -> loop',
    ],
  ])('is not made of %s', async (_, authenticators, expected) => {
    expect(await messageOf(load({ config: { authenticators, authenticator: 'loop' } }))).toContain(
      expected,
    );
  });

  it.each<readonly [string, object, string]>([
    [
      'no children',
      { use: 'anyOf', of: [] },
      'authenticator.of: expected a list of at least 1 item, received a list of 0',
    ],
    [
      'an unknown name',
      { use: 'anyOf', of: ['mian'] },
      'authenticator.of[0]: unknown authenticator; did you mean "main"?',
    ],
    [
      'two of one name',
      { use: 'anyOf', of: [A, B] },
      'authenticator: anyOf: two authenticators have the name "table"',
    ],
    [
      'two of one issuer',
      { use: 'anyOf', of: ['main', { ...A, name: 'b' }] },
      'two authenticators have the issuer "https://a.example"',
    ],
    [
      'a cache of its own',
      { use: 'anyOf', of: ['main'], cache: {} },
      'authenticator.cache: a composition has no cache',
    ],
  ])('with %s is refused', async (_, authenticator, expected) => {
    expect(
      await messageOf(load({ config: { authenticators: { main: A }, authenticator } })),
    ).toContain(expected);
  });
});

describe('what was made before something was found wrong', () => {
  it('is closed', async () => {
    const config = { authenticators: { main: A, wrong: { use: 'table' } }, authenticator: 'main' };
    const { table } = await load({ config: { authenticator: A } });
    await messageOf(load({ config }, { adapters: [table.adapter] }));
    expect(table.made.map((made) => made.closed())).toEqual([0, 1]);
  });
});
