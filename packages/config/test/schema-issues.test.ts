import type { StandardSchemaV1 } from '@standard-schema/spec';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAdapter } from '../src/adapter/define-adapter.ts';
import { createFolder } from './support/config-folder.ts';
import { load, messageOf } from './support/loaded.ts';

const WRONG = `authenticators: 7
authenticator:
  use: table
  isuer: x
  tokens: []
  scopes: [1]
  size: 11
  secret: short
policy: { rules: { a.B/C: { scopes: [], dryRunUntil: soon } }, otherwise: open }
polcy: {}
`;

afterEach(() => {
  z.config(z.locales.en());
  z.config({ customError: undefined });
});

describe('with another language for zod', () => {
  it('the problems are the same, and no more', async () => {
    const { file } = await createFolder(WRONG);
    const inner = await createFolder(
      WRONG.replace('authenticators: 7\n', '').replace(/^policy.*\npolcy.*\n/m, ''),
    );
    const english = await messageOf(load({ file }));
    const englishInside = await messageOf(load({ file: inner.file }));
    z.config(z.locales.de());
    expect(await messageOf(load({ file }))).toBe(english);
    expect(await messageOf(load({ file: inner.file }))).toBe(englishInside);
    z.config({ customError: () => 'canary' });
    expect(await messageOf(load({ file }))).toBe(english);
    expect(englishInside.split('\n')).toEqual([
      'grpc-authn.yaml:',
      '- line 3, authenticator.isuer: unknown key; did you mean "issuer"?',
      '- line 4, authenticator.tokens: expected an object, received a list of 0',
      '- line 5, authenticator.scopes[0]: expected a string, received a number',
      '- line 6, authenticator.size: expected a number of at most 10, received a number',
      '- line 7, authenticator.secret: expected a string of at least 8 characters, received a string of 5 characters',
    ]);
  });
});

/** A schema of another library, which quotes in its messages what it received, as valibot and arktype do. */
const quoting = (path: readonly (string | number)[]) =>
  defineAdapter({
    name: 'other',
    schema: {
      '~standard': {
        version: 1,
        vendor: 'other',
        validate: (value): StandardSchemaV1.FailureResult => ({
          issues: [{ message: `Expected a key but received ${JSON.stringify(value)}`, path }],
        }),
        jsonSchema: {
          input: () => ({
            type: 'object',
            properties: {
              keys: { type: 'array', minItems: 1, items: { type: 'string', minLength: 8 } },
              mode: { enum: ['one', 'all'] },
              any: {},
            },
            additionalProperties: false,
          }),
          output: () => ({}),
        },
      },
    },
    create: () => {
      throw new Error('it is never made');
    },
  });

describe('a schema of another library', () => {
  const authenticator = { use: 'other', keys: ['hunter2'], mode: 'canary-mode', kyes: 'canary' };
  it.each<readonly [readonly (string | number)[], string]>([
    [
      ['keys', 0],
      'authenticator.keys[0]: expected a string of at least 8 characters, received a string of 7 characters',
    ],
    [['keys'], 'authenticator.keys: expected a list of at least 1 items, received a list of 1'],
    [
      ['mode'],
      'authenticator.mode: expected one of "one", "all", received a string of 11 characters',
    ],
    [['any'], 'authenticator.any: expected a value that fits the schema, received nothing'],
    [['kyes'], 'authenticator.kyes: unknown key; did you mean "keys"?'],
  ])('is reported by its JSON Schema, and no value is shown: %j', async (path, expected) => {
    const message = await messageOf(
      load({ config: { authenticator } }, { adapters: [quoting(path)] }),
    );
    expect(message).toBe(`config:\n- ${expected}`);
  });
});

it('an unknown key is not shown where secrets are, since it may be one', async () => {
  const adapter = defineAdapter({
    name: 'secretive',
    schema: z.strictObject({
      secrets: z.array(z.strictObject({ text: z.string() }).meta({ writeOnly: true })),
    }),
    create: () => {
      throw new Error('it is never made');
    },
  });
  const authenticator = { use: 'secretive', secrets: [{ text: 'x', 'canary-secret': 1 }] };
  expect(await messageOf(load({ config: { authenticator } }, { adapters: [adapter] }))).toBe(
    'config:\n- authenticator.secrets[0]: expected only known keys, received an unknown one',
  );
});

describe('a ConfigError of loadAuth', () => {
  it('has its problems as data, in the order of the lines', async () => {
    const { file } = await createFolder(
      'polcy: 1\nauthenticator: { use: table, tokens: {} }\nextra: 2\nanother: 3\n',
    );
    await expect(load({ file })).rejects.toMatchObject({
      problems: [
        { path: 'polcy', line: 1, message: 'unknown key; did you mean "policy"?' },
        { path: 'extra', line: 3 },
        { path: 'another', line: 4 },
      ],
    });
  });

  it('has them for what cannot be parsed or interpolated, too', async () => {
    const { file } = await createFolder('a: 1\na: 2\n');
    await expect(load({ file })).rejects.toMatchObject({
      problems: [{ path: '', line: 2, message: 'this key is here twice' }],
    });
    const other = await createFolder('authenticator:\n  use: table\n  secret: ${NOT_SET_HERE}\n');
    await expect(load({ file: other.file })).rejects.toMatchObject({
      problems: [{ path: 'authenticator.secret', line: 3 }],
    });
  });
});
