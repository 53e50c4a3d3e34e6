import { afterEach, describe, expect, it } from 'vitest';
import {
  adapterSchema,
  numberIn,
  secretSection,
  section,
  text,
  textOrNone,
  texts,
  textsOrOne,
  z,
} from '../../src/adapter.ts';
import { asAdapterSchema } from '../../src/adapter/adapter-schema.ts';

type Issues = readonly object[] | undefined;

function issuesOf(schema: z.ZodType, value: unknown): Issues {
  const result = adapterSchema(schema)['~standard'].validate(value);
  if (result instanceof Promise) throw new Error('expected a synchronous result');
  return result.issues;
}

/** Of one member `a`. */
const messageOf = (member: z.ZodType, value: unknown): unknown => {
  const [issue, ...others] = issuesOf(z.strictObject({ a: member }), { a: value }) ?? [];
  expect([issue, others]).toEqual([
    { code: expect.any(String), path: ['a'], message: expect.any(String) },
    [],
  ]);
  return (issue as { readonly message: string }).message;
};

const MESSAGES: readonly (readonly [string, z.ZodType, unknown])[] = [
  ['expected a string', z.string(), 5],
  ['expected a number', z.number(), '5'],
  ['expected an integer', z.int(), 1.5],
  ['expected true or false', z.boolean(), 'yes'],
  ['expected a list', z.array(z.string()), {}],
  ['expected an object', z.strictObject({}), []],
  ['expected an object', z.record(z.string(), z.string()), 5],
  ['expected one of access, id', z.enum(['access', 'id']), 'refresh'],
  ['expected false', z.literal(false), true],
  ['expected a number of at least 1', z.number().min(1), 0],
  ['expected a number of at most 300', z.number().max(300), 301],
  ['expected a number of more than 0', z.number().positive(), 0],
  ['expected a number of less than 1', z.number().lt(1), 1],
  ['expected a multiple of 5', z.number().multipleOf(5), 7],
  ['expected a non-empty string', z.string().min(1), ''],
  ['expected a string of at least 8 characters', z.string().min(8), 'short'],
  ['expected a string of exactly 2 characters', z.string().length(2), 'abc'],
  ['expected a list of at least 1 item', z.array(z.string()).min(1), []],
  ['expected a list of at most 2 items', z.array(z.string()).max(2), ['a', 'b', 'c']],
  ['expected a string that matches /^a/', z.string().regex(/^a/), 'b'],
  ['expected a string in the format email', z.email(), 'b'],
  ['expected a string or a number', z.union([z.string(), z.number()]), true],
  ['expected a string or an object', z.union([text, section({}, 'x')]), 5],
  ['expected a non-empty string', text, ' '],
  ['expected a list of at least 1 item', texts, []],
  ['expected a non-empty string, or a list of them', textsOrOne, 5],
  ['expected a non-empty string, or null for none', textOrNone, 5],
  ['expected a number of at most 9', numberIn({ min: 1, max: 9 }, 'x'), 10],
  ['expected a value that the schema accepts', z.string().refine(() => false), 'a'],
  ["the schema's own text", z.string().refine(() => false, "the schema's own text"), 'a'],
  ["the schema's own text", z.string({ error: "the schema's own text" }), 5],
];

describe('an issue of an adapter', () => {
  it.each(MESSAGES)('says: %s', (message, member, value) => {
    expect(messageOf(member, value)).toBe(message);
  });

  it('about a value has the code expected', () => {
    const [expected, custom] = [z.string(), z.string().refine(() => false, 'must be even')];
    expect(issuesOf(section({ a: expected, b: custom }, 'x'), { a: 5, b: '' })).toEqual([
      { code: 'expected', path: ['a'], message: 'expected a string' },
      { code: 'custom', path: ['b'], message: 'must be even' },
    ]);
  });

  it('about a missing member has its path', () => {
    const schema = section({ a: section({ b: z.array(text) }, 'x') }, 'x');
    expect(issuesOf(schema, { a: {} })).toEqual([
      { code: 'expected', path: ['a', 'b'], message: 'expected a list' },
    ]);
  });

  it('about unknown members has all their names, and a short message', () => {
    const keys = Array.from({ length: 8000 }, (_, index) => `key${index}`);
    const value = Object.fromEntries(keys.map((key) => [key, 'canary']));
    expect(issuesOf(section({ a: text.exactOptional() }, 'x'), value)).toEqual([
      {
        code: 'unknown_keys',
        path: [],
        message: 'unknown keys: "key0", "key1", "key2" and 7997 more',
        keys,
      },
    ]);
  });

  it('about unknown members of a section with secrets has no names', () => {
    const schema = section({ a: z.array(secretSection({ kid: text }, 'x')) }, 'x');
    expect(issuesOf(schema, { a: [{ kid: 'k', 'a-secret': 1 }] })).toEqual([
      { code: 'custom', path: ['a', 0], message: 'expected no members other than kid' },
    ]);
  });

  it('about the name of a member of a record is not about its value', () => {
    expect(issuesOf(section({ a: z.record(text, text) }, 'x'), { a: { ' ': 'v' } })).toEqual([
      { code: 'custom', path: ['a', ' '], message: 'invalid key: expected a non-empty string' },
    ]);
  });

  it('about a union is the issue of the only alternative whose sole fault is unknown keys', () => {
    const schema = z.union([section({ url: text }, 'x'), section({ file: text }, 'x')]);
    expect(issuesOf(z.strictObject({ a: schema }), { a: { url: 'u', fiel: 'f' } })).toEqual([
      { code: 'unknown_keys', path: ['a'], message: 'unknown keys: "fiel"', keys: ['fiel'] },
    ]);
    expect(issuesOf(z.strictObject({ a: schema }), { a: { url: 'u', file: 'f' } })).toEqual([
      { code: 'expected', path: ['a'], message: expect.stringMatching(/^expected /) },
    ]);
  });

  it('about a union with a discriminator names its values', () => {
    const schema = z.discriminatedUnion('method', [
      z.strictObject({ method: z.literal('basic') }),
      z.strictObject({ method: z.literal('post') }),
    ]);
    expect(issuesOf(schema, { method: 'x' })).toEqual([
      { code: 'expected', path: ['method'], message: 'expected one of basic, post' },
    ]);
  });

  it('shows no value', () => {
    const schema = section(
      Object.fromEntries(MESSAGES.map(([, member], index) => [`m${index}`, member])),
      'x',
    );
    const value = Object.fromEntries(MESSAGES.map((_, index) => [`m${index}`, { x: 'canary' }]));
    for (const issue of issuesOf(schema, value) ?? []) {
      expect((issue as { message: string }).message).not.toContain('canary');
    }
  });

  it.each(['{"a":{"b":"c","__proto__":"d"}}', '{"__proto__":{}}'])(
    'is an unknown member for __proto__, which a record of zod drops: %s',
    (json) => {
      expect(issuesOf(z.looseObject({}), JSON.parse(json))).toEqual([
        {
          code: 'unknown_keys',
          path: json.startsWith('{"a"') ? ['a'] : [],
          message: 'unknown keys: "__proto__"',
          keys: ['__proto__'],
        },
      ]);
    },
  );
});

describe("the application's own settings of zod", () => {
  const before = z.config();
  const { localeError } = before;
  afterEach(() => void z.config({ localeError, customError: undefined }));

  it.each(MESSAGES)('change no issue: %s', (message, member, value) => {
    z.config(z.locales.de());
    expect(messageOf(member, value)).toBe(message);
    z.config({ customError: () => 'canary' });
    expect(messageOf(member, value)).toBe(message);
  });

  it('change no issue about names of members', () => {
    const schema = section({ a: z.record(text, text) }, 'x');
    const value = { a: { '': 'v' }, b: 1 };
    const english = issuesOf(schema, value);
    z.config(z.locales.de());
    expect(issuesOf(schema, value)).toEqual(english);
    expect(english).toHaveLength(2);
  });
});

describe('a schema of a third-party adapter', () => {
  it('of zod is checked as ours are', () => {
    const schema = asAdapterSchema(z.strictObject({ a: z.string() }));
    expect(schema['~standard'].validate({ a: 5, b: 5 })).toEqual({
      issues: [
        { code: 'expected', path: ['a'], message: 'expected a string' },
        { code: 'unknown_keys', path: [], message: 'unknown keys: "b"', keys: ['b'] },
      ],
    });
    expect(schema['~standard'].validate({ a: 'x' })).toEqual({ value: { a: 'x' } });
  });

  it('may be asynchronous', async () => {
    const schema = z.strictObject({ a: z.string().refine(async (a) => a === 'x', 'not x') });
    const { validate } = adapterSchema(schema)['~standard'];
    expect(await validate({ a: 'y' })).toEqual({
      issues: [{ code: 'custom', path: ['a'], message: 'not x' }],
    });
    expect(await validate({ a: 'x' })).toEqual({ value: { a: 'x' } });
  });

  it('throws what its checks throw', async () => {
    const broken = z.string().refine(() => {
      throw new Error('broken');
    });
    const checking = async () => adapterSchema(broken)['~standard'].validate('a');
    await expect(checking()).rejects.toThrow('broken');
  });

  it('of another library is used unchanged', () => {
    const schema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => ({ value }),
        jsonSchema: { input: () => ({}), output: () => ({}) },
      },
    };
    expect(asAdapterSchema(schema)).toBe(schema);
  });
});
