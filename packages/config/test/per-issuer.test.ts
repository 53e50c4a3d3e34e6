import { type Authenticator, ConfigError } from '@grpc-authn/core';
import { describe, expect, it } from 'vitest';
import {
  type AuthenticatorAdapter,
  defineAdapter,
  type IssuerSet,
  type PerIssuer,
  z,
} from '../src/adapter.ts';
import { load, messageOf } from './support/loaded.ts';
import { createTableAdapter } from './support/table-adapter.ts';

const [A, B] = ['https://a.example', 'https://b.example'] as [string, string];

/** `use: late`: makes a child for the issuer that a token names. */
function createLateAdapter(known: readonly string[] = [A, B]): {
  readonly adapter: AuthenticatorAdapter;
  readonly made: PerIssuer[];
} {
  const made: PerIssuer[] = [];
  const issuers: IssuerSet = { known, example: A, includes: () => true };
  const adapter = defineAdapter({
    name: 'late',
    schema: z.strictObject({ each: z.unknown() }),
    async create({ each }, context): Promise<Authenticator<object>> {
      const perIssuer = await context.buildPerIssuer(each, ['each'], issuers);
      made.push(perIssuer);
      return {
        name: context.name,
        issuers: known,
        traits: perIssuer.traits,
        authenticate: ({ token, ...rest }, call) => {
          const [issuer = '', inner = ''] = token.split(' ');
          const child = perIssuer.create(issuer);
          if (child === undefined) throw new Error('no child');
          return child.authenticate({ ...rest, token: inner }, call);
        },
      };
    },
  });
  return { adapter, made };
}

function specOf(each: unknown, more: object = {}): { readonly config: unknown } {
  return {
    config: { authenticators: { main: { use: 'late', each, ...more } }, authenticator: 'main' },
  };
}

const EACH = { use: 'table', tokens: { t: 'alice' } };

describe('buildPerIssuer', () => {
  it('makes a child for each issuer, with its options and the name of the composition', async () => {
    const late = createLateAdapter();
    const table = createTableAdapter();
    const { ask } = await load(specOf(EACH), { adapters: [late.adapter, table.adapter] });
    // Each was made once, to check it, and closed.
    expect(table.made.map(({ closed }) => closed())).toEqual([1, 1]);
    expect(await ask(`${B} t`)).toBe('alice');
    expect(table.made.at(-1)).toMatchObject({ name: 'main' });
    expect(table.made.at(-1)?.authenticator.issuers).toEqual([B]);
    expect(table.made.at(-1)?.closed()).toBe(0);
  });

  it('caches principals in the composition, not in its children', async () => {
    const [late, table] = [createLateAdapter(), createTableAdapter()];
    const adapters = [late.adapter, table.adapter];
    const { ask } = await load(specOf(EACH), { adapters });
    await ask(`${A} t`);
    await ask(`${A} t`);
    expect(table.made).toHaveLength(3);
    expect(late.made[0]?.traits).toEqual({ anyAudience: false, caches: false });
  });

  it('passes on that its children accept any audience, or cache', async () => {
    for (const traits of [{ anyAudience: true }, { caches: true }]) {
      const late = createLateAdapter();
      const strange = defineAdapter({
        name: 'strange',
        schema: z.strictObject({ issuer: z.string() }),
        create: ({ issuer }, { name }): Authenticator<object> => ({
          name,
          traits,
          issuers: [issuer],
          authenticate: () => {
            throw new Error('not asked');
          },
        }),
      });
      const config = {
        authenticator: { use: 'late', each: { use: 'strange' } },
        policy: { rules: { 'a.B/C': { scopes: ['a'] } } },
      };
      await load({ config }, { adapters: [late.adapter, strange] });
      expect(late.made[0]?.traits).toMatchObject(traits);
    }
  });

  it.each<readonly [string, unknown, string]>([
    ['a name', 'other', 'authenticators.main.each: expected'],
    ['nothing', undefined, 'authenticators.main.each: expected'],
    [
      'an unknown adapter',
      { ...EACH, use: 'tabel' },
      'authenticators.main.each.use: unknown adapter',
    ],
    ['a wrong option', { ...EACH, tokens: 5 }, 'authenticators.main.each.tokens: expected'],
    ['an unknown option', { ...EACH, token: 5 }, 'authenticators.main.each.token: unknown key'],
    ['an issuer', { ...EACH, issuer: A }, 'authenticators.main.each.issuer: remove it'],
    ['a name of its own', { ...EACH, name: 'x' }, 'authenticators.main.each.name: remove it'],
    [
      'a cache',
      { ...EACH, cache: {} },
      'authenticators.main.each.cache: expected it one level above',
    ],
    [
      'a composition',
      { use: 'anyOf', of: ['main'] },
      'authenticators.main.each.use: expected an adapter with',
    ],
    ['one that is made slowly', { use: 'slow' }, 'expected an adapter that creates synchronously'],
    ['one with children', { use: 'parent' }, 'expected an adapter without children'],
    ['one that fails', { use: 'failing' }, 'authenticators.main.each.issuer: expected another'],
  ])('rejects %s', async (_, each, message) => {
    const adapters = [createLateAdapter().adapter, createTableAdapter().adapter, ...STRANGE];
    expect(await messageOf(load(specOf(each), { adapters }))).toContain(message);
  });

  it('returns no child for an issuer that the adapter refuses later', async () => {
    const late = createLateAdapter([]);
    await load(specOf({ use: 'failing' }), { adapters: [late.adapter, ...STRANGE] });
    expect(late.made[0]?.create(A)).toBeDefined();
    expect(late.made[0]?.create(B)).toBeUndefined();
  });
});

const schema = z.strictObject({ issuer: z.string() });
const plain: Authenticator<object> = {
  name: 'plain',
  authenticate: () => {
    throw new Error('not asked');
  },
};
const STRANGE: readonly AuthenticatorAdapter[] = [
  defineAdapter({ name: 'slow', schema, create: async () => plain }),
  defineAdapter({ name: 'parent', schema, create: (_, context) => context.build('main', ['of']) }),
  defineAdapter({
    name: 'failing',
    schema,
    create({ issuer }) {
      if (issuer === B) throw new ConfigError([{ path: 'issuer', message: 'expected another' }]);
      return plain;
    },
  }),
];
