import { anyOf, ConfigError } from '@grpc-authn/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AdapterContext, defineAdapter } from '../src/adapter/define-adapter.ts';
import { createFolder } from './support/config-folder.ts';
import { load, messageOf } from './support/loaded.ts';
import { createSlowAdapter } from './support/slow-adapter.ts';
import { createTableAdapter } from './support/table-adapter.ts';

type Build = AdapterContext['build'];
type Built = Awaited<ReturnType<Build>>;

/** `use: pair`, which builds its children in this way. */
const pairOf = (buildAll: (specs: readonly unknown[], build: Build) => Promise<readonly Built[]>) =>
  defineAdapter({
    name: 'pair',
    schema: z.strictObject({ of: z.array(z.unknown()) }),
    create: async ({ of }, context) =>
      anyOf(...(await buildAll(of, (spec, path) => context.build(spec, path)))),
  });

const all = pairOf((specs, build) =>
  Promise.all(specs.map((spec, index) => build(spec, ['of', index]))),
);
const inTurn = pairOf(async (specs, build) => {
  const built: Built[] = [];
  for (const [index, spec] of specs.entries()) built.push(await build(spec, ['of', index]));
  return built;
});

const problemsOf = async (text: string, adapters = [createTableAdapter().adapter]) => {
  const { file } = await createFolder(text);
  const error: unknown = await load({ file }, { adapters }).catch((thrown: unknown) => thrown);
  if (error instanceof ConfigError) return error.problems;
  throw new Error('expected a ConfigError', { cause: error });
};

describe('a composition with wrong children', () => {
  const three = `authenticator:
  use: anyOf
  of:
    - { use: table, tokens: {}, secret: short }
    - { use: tabel, tokens: {} }
    - { use: table, tokens: {}, secret: short }
`;

  it('reports each at its own line, also two equal ones', async () => {
    expect(await problemsOf(three)).toEqual([
      { path: 'authenticator.of[0].secret', line: 4, message: expect.any(String) },
      { path: 'authenticator.of[1].use', line: 5, message: expect.any(String) },
      { path: 'authenticator.of[2].secret', line: 6, message: expect.any(String) },
    ]);
  });

  it('reports each though a third-party composition stops at the first that fails', async () => {
    const adapters = [createTableAdapter().adapter, all];
    const problems = await problemsOf(three.replace('anyOf', 'pair'), adapters);
    expect(problems.map(({ line }) => line)).toEqual([4, 5, 6]);
  });

  it('adds no problem of its own about a child that is missing', async () => {
    const swallowing = pairOf(async (specs, build) => {
      const built = await Promise.allSettled(
        specs.map((spec, index) => build(spec, ['of', index])),
      );
      return built.map((child) => (child.status === 'fulfilled' ? child.value : (0 as never)));
    });
    const adapters = [createTableAdapter().adapter, swallowing];
    const problems = await problemsOf(three.replace('anyOf', 'pair'), adapters);
    expect(problems).toHaveLength(3);
  });

  it('fails though the composition succeeds without them', async () => {
    const forgiving = pairOf(async (specs, build) => {
      await Promise.allSettled(specs.map((spec, index) => build(spec, ['of', index])));
      return [await build({ use: 'table', tokens: {} }, ['of'])];
    });
    const adapters = [createTableAdapter().adapter, forgiving];
    expect(await problemsOf(three.replace('anyOf', 'pair'), adapters)).toHaveLength(3);
  });
});

describe('what was made beside a child that fails', () => {
  it.each([
    ['anyOf', all],
    ['pair', all],
    ['pair', inTurn],
  ])('is closed, also what is made later: %s', async (use, pair) => {
    const slow = createSlowAdapter();
    const children = [
      { use: 'slow', turns: 0, name: 'first' },
      { use: 'solw', turns: 1 },
      { use: 'slow', turns: 20, name: 'last' },
    ];
    const adapters = [slow.adapter, pair];
    const config = { authenticator: { use, of: children } };
    expect(await messageOf(load({ config }, { adapters }))).toContain('did you mean "slow"?');
    expect(slow.opened()).toBe(pair === inTurn ? 1 : 2);
    expect(slow.closed()).toBe(slow.opened());
  });

  it('is closed at a rejected reload, and what runs stays', async () => {
    const slow = createSlowAdapter();
    const folder = await createFolder('authenticator: { use: slow, turns: 0 }\n');
    const { auth } = await load({ file: folder.file }, { adapters: [slow.adapter] });
    await folder.write(
      'authenticator: { use: anyOf, of: [{ use: solw }, { use: slow, turns: 20 }] }\n',
    );
    await expect(auth.reload()).rejects.toThrow(ConfigError);
    expect([slow.opened(), slow.closed()]).toEqual([2, 1]);
  });

  it('is closed where an adapter fails with an error that is no ConfigError', async () => {
    const slow = createSlowAdapter();
    const broken = {
      ...slow.adapter,
      name: 'broken',
      create: () => {
        throw new RangeError('a bug of the adapter');
      },
    };
    const of = [
      { use: 'broken', turns: 0 },
      { use: 'slow', turns: 20 },
    ];
    const loading = load(
      { config: { authenticator: { use: 'anyOf', of } } },
      { adapters: [slow.adapter, broken] },
    );
    await expect(loading).rejects.toThrow('a bug of the adapter');
    expect([slow.opened(), slow.closed()]).toEqual([1, 1]);
  });

  it('cannot be made once create() has ended', async () => {
    let late: Promise<unknown> | undefined;
    const lazy = defineAdapter({
      name: 'lazy',
      schema: z.strictObject({}),
      create(_, context) {
        late = new Promise((resolve) => setImmediate(resolve)).then(() =>
          context.build({ use: 'table', tokens: {} }, []),
        );
        late.catch(() => undefined);
        return { name: context.name, authenticate: () => undefined as never };
      },
    });
    const { table } = await load({ config: { authenticator: { use: 'table', tokens: {} } } });
    await load({ config: { authenticator: { use: 'lazy' } } }, { adapters: [lazy, table.adapter] });
    await expect(late).rejects.toThrow('build() was called after create() had ended');
    expect(table.made).toHaveLength(1);
  });
});

describe('authenticators that are made of each other', () => {
  it('are refused, and do not wait for each other', async () => {
    const config = {
      authenticators: {
        x: { use: 'anyOf', of: ['a', 'b'] },
        a: { use: 'anyOf', of: ['b'] },
        b: { use: 'anyOf', of: ['a'] },
      },
      authenticator: 'x',
    };
    expect(await messageOf(load({ config }))).toContain('is made of itself: ');
  });

  it('are not those that share a child', async () => {
    const config = {
      authenticators: {
        leaf: { use: 'table', tokens: { t: 'alice' } },
        a: { use: 'anyOf', of: ['leaf'] },
      },
      authenticator: { use: 'anyOf', of: ['a'] },
    };
    expect(await (await load({ config })).ask('t')).toBe('alice');
  });
});

it('an authenticator that is used in two ways is reported once', async () => {
  const config = {
    authenticators: { main: { use: 'table', tokens: {}, secret: 'short' } },
    authenticator: 'main',
    policy: { rules: { 'a.B/C': { confirmedBy: 'main' } } },
  };
  const message = await messageOf(load({ config }));
  expect(message.match(/authenticators\.main/g)).toHaveLength(1);
});

it.each<readonly [string, object]>([
  ['an option of the interceptor', { timeoutMs: -1 }],
  ['the statuses', { statuses: { unavailable: 0 } }],
])('what was made is closed where %s is wrong', async (_, options) => {
  const slow = createSlowAdapter();
  const config = { authenticator: { use: 'slow', turns: 0 } };
  await expect(load({ config }, { adapters: [slow.adapter], ...options })).rejects.toThrow(
    ConfigError,
  );
  expect([slow.opened(), slow.closed()]).toEqual([1, 1]);
});

it.each<readonly [string, unknown]>([
  ['nothing', undefined],
  ['an object that is no authenticator', { name: 'x' }],
  ['an authenticator with wrong traits', { name: 'x', authenticate() {}, traits: { caches: 1 } }],
])('an adapter that makes %s is reported at its line', async (_, made) => {
  const adapter = defineAdapter({
    name: 'broken',
    schema: z.strictObject({}),
    create: () => made as never,
  });
  const { file } = await createFolder('\nauthenticator: { use: broken }\n');
  await expect(load({ file }, { adapters: [adapter] })).rejects.toMatchObject({
    problems: [{ line: 2 }],
  });
});
