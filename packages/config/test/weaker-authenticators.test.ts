import { ConfigError, createPrincipal, wrapAuthenticator } from '@grpc-authn/core';
import { describe, expect, it } from 'vitest';
import {
  anyValue,
  atMost,
  type AuthenticatorAdapter,
  defineAdapter,
  subset,
  z,
} from '../src/adapter.ts';
import { createFolder } from './support/config-folder.ts';
import { load } from './support/loaded.ts';

type Members = Readonly<Record<string, unknown>>;

interface MineOptions {
  readonly issuer?: string | undefined;
  readonly age?: number | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly it?: unknown;
}

/** A third-party adapter, which lists its options or not. */
function adapterOf(
  strictness?: AuthenticatorAdapter<MineOptions>['strictness'],
): AuthenticatorAdapter {
  return defineAdapter<MineOptions>({
    name: 'mine',
    schema: z.strictObject({
      issuer: z.string().optional(),
      age: z.int().optional(),
      keys: z.array(z.string()).optional(),
      it: z.unknown().optional(),
    }),
    ...(strictness === undefined ? {} : { strictness }),
    create: ({ issuer }, { name }) => ({
      name,
      schemes: ['bearer'],
      issuers: issuer === undefined ? [] : [issuer],
      authenticate: () => createPrincipal({ authenticator: name }),
    }),
  });
}

/** Allows some subjects of another authenticator. */
const LIMITED: AuthenticatorAdapter = defineAdapter({
  name: 'limited',
  schema: z.strictObject({ of: z.unknown(), subjects: z.array(z.string()) }),
  strictness: { of: anyValue, subjects: subset<string>([]) },
  create: async ({ of }, context) => wrapAuthenticator(await context.build(of, ['of']), {}),
});

/** Asks the first of two. */
const PAIR: AuthenticatorAdapter = defineAdapter({
  name: 'pair',
  schema: z.strictObject({ first: z.unknown(), second: z.unknown() }),
  strictness: { first: anyValue, second: anyValue },
  async create({ first, second }, context) {
    await context.build(second, ['second']);
    return wrapAuthenticator(await context.build(first, ['first']), {});
  },
});

async function reloadWith(
  adapter: AuthenticatorAdapter,
  before: Members,
  after: Members,
): Promise<readonly string[] | undefined> {
  const folder = await createFolder(JSON.stringify(before));
  const { auth, events } = await load(
    { file: folder.file },
    { adapters: [adapter, LIMITED, PAIR] },
  );
  await folder.write(JSON.stringify(after));
  const error: unknown = await auth.reload().catch((thrown: unknown) => thrown);
  if (error === undefined) return undefined;
  if (!(error instanceof ConfigError)) throw error;
  const paths = error.problems.map(({ path }) => path);
  await auth.reload({ allowWeaker: true });
  expect(events.at(-1)).toMatchObject({
    type: 'config_reloaded',
    detail: { weakened: [], weakenedAuthenticators: paths },
  });
  return paths;
}

const mine = (options: Members): Members => ({ authenticator: { use: 'mine', ...options } });

describe('an option that its adapter does not list', () => {
  it.each<readonly [string, unknown, unknown]>([
    ['a text that is removed', 'a', undefined],
    ['a text with its end cut off', 'abc', 'ab'],
    ['a number that changes', 30, 3],
    ['a number that is added', undefined, 3],
    ['a switch that changes', true, false],
    ['a list that loses an item', ['a', 'b'], ['a']],
    ['a list that gains an item', ['a'], ['a', 'b']],
    ['an object that loses a member', { a: '1', b: '2' }, { a: '1' }],
    ['an object in which a list changes', { a: ['1'] }, { a: ['1', '2'] }],
  ])('counts as weaker: %s', async (_, before, after) => {
    const weakened = await reloadWith(adapterOf(), mine({ it: before }), mine({ it: after }));
    expect(weakened).toEqual(['authenticator.it']);
  });

  it.each<readonly [string, unknown, unknown]>([
    ['a text', 'a secret', 'another'],
    ['a text that is added', undefined, 'a'],
    ['an object that gains a member', { a: '1' }, { a: '2', b: '3' }],
    ['what stays as it is', [1, { a: true }], [1, { a: true }]],
  ])('may change: %s', async (_, before, after) => {
    const weakened = await reloadWith(adapterOf(), mine({ it: before }), mine({ it: after }));
    expect(weakened).toBeUndefined();
  });
});

it('an option that its adapter lists is compared as the adapter says', async () => {
  const adapter = adapterOf({ age: atMost(60), keys: anyValue });
  const before = mine({ age: 30, keys: ['a'] });
  expect(await reloadWith(adapter, before, mine({ age: 20, keys: ['b'] }))).toBeUndefined();
  expect(await reloadWith(adapter, before, mine({ keys: ['b'] }))).toEqual(['authenticator.age']);
});

it('is not compared with one of another name and issuer', async () => {
  const weakened = await reloadWith(
    adapterOf(),
    mine({ issuer: 'https://a.example', it: 1 }),
    mine({ issuer: 'https://b.example', it: 2 }),
  );
  expect(weakened).toBeUndefined();
});

describe('an authenticator inside of a composition that restricts it', () => {
  const main = { use: 'mine', issuer: 'https://a.example' };
  const limited = (...subjects: readonly string[]): Members => ({
    authenticator: { use: 'limited', of: main, subjects },
  });

  it('is weaker outside of it', async () => {
    const weakened = await reloadWith(adapterOf(), limited('a'), { authenticator: main });
    expect(weakened).toEqual(['authenticator']);
  });

  it('is weaker where the composition is', async () => {
    expect(await reloadWith(adapterOf(), limited('a'), limited('a', 'b'))).toEqual([
      'authenticator.subjects',
    ]);
    expect(await reloadWith(adapterOf(), limited('a', 'b'), limited('a'))).toBeUndefined();
  });

  it('may come from outside of it', async () => {
    expect(await reloadWith(adapterOf(), { authenticator: main }, limited('a'))).toBeUndefined();
  });

  it('may also be outside of it, as in the running config', async () => {
    const both = { use: 'pair', first: main, second: limited('a')['authenticator'] };
    expect(
      await reloadWith(adapterOf(), { authenticator: both }, { authenticator: both }),
    ).toBeUndefined();
    expect(
      await reloadWith(adapterOf(), { authenticator: both }, { authenticator: main }),
    ).toBeUndefined();
  });
});
