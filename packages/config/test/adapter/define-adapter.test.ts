import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { type AuthenticatorAdapter, defineAdapter } from '../../src/adapter.ts';

type Schema = StandardSchemaV1<unknown, string> & StandardJSONSchemaV1<unknown, string>;

const standard: Schema['~standard'] = {
  version: 1,
  vendor: 'test',
  validate: (value) => ({ value: String(value) }),
  jsonSchema: { input: () => ({}), output: () => ({}) },
};
const good: AuthenticatorAdapter<string> = {
  name: 'mine',
  schema: { '~standard': standard },
  create: (options, { name }) => {
    throw new Error(`${name} ${options}`);
  },
};

describe('an adapter', () => {
  it('is returned unchanged', () => {
    expect(defineAdapter(good)).toBe(good);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /^adapter: expected an AuthenticatorAdapter, received undefined$/],
    ['null', null, /^adapter: expected an AuthenticatorAdapter, received null$/],
    [
      'no name',
      { ...good, name: '' },
      /^adapter.name: expected a non-empty string, received an empty string$/,
    ],
    [
      'no schema',
      { ...good, schema: undefined },
      /^adapter.schema: expected a Standard Schema, received undefined$/,
    ],
    [
      'a schema that does not validate',
      { ...good, schema: { '~standard': { ...standard, validate: true } } },
      /^adapter.schema: expected a Standard Schema, received an object$/,
    ],
    [
      'a schema without its JSON Schema',
      { ...good, schema: { '~standard': { ...standard, jsonSchema: undefined } } },
      /expected one that describes itself as JSON Schema .*, received .* without jsonSchema.input$/,
    ],
    [
      'a JSON Schema of the output only',
      { ...good, schema: { '~standard': { ...standard, jsonSchema: { output: () => ({}) } } } },
      /without jsonSchema.input/,
    ],
    [
      'no create()',
      { ...good, create: {} },
      /^adapter: expected an AuthenticatorAdapter, received an object without create\(\)$/,
    ],
    [
      'a strictness that cannot compare',
      { ...good, strictness: { keys: 'subset' } },
      /^adapter.strictness.keys: expected a function, received "subset"$/,
    ],
  ])('is rejected with %s', (_, adapter, message) => {
    const define = (): unknown => defineAdapter(adapter as AuthenticatorAdapter);
    expect(define).toThrow(ConfigError);
    expect(define).toThrow(message);
  });
});
