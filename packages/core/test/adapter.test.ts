import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { type AuthenticatorAdapter, ConfigError, defineAdapter } from '../src/authenticator.ts';
import { defineAdapter as sameFromTheMainDoor } from '../src/index.ts';

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
  it('is given back as it came', () => {
    expect(defineAdapter(good)).toBe(good);
    expect(sameFromTheMainDoor).toBe(defineAdapter);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /"adapter": came undefined/],
    ['null', null, /"adapter": came null/],
    ['no name', { ...good, name: '' }, /"adapter.name": came an empty string/],
    ['no schema', { ...good, schema: undefined }, /"adapter.schema": came undefined/],
    [
      'a schema that does not validate',
      { ...good, schema: { '~standard': { ...standard, validate: true } } },
      /"adapter.schema": came an object; wanted a Standard Schema/,
    ],
    [
      'a schema without its JSON Schema',
      { ...good, schema: { '~standard': { ...standard, jsonSchema: undefined } } },
      /without jsonSchema.input; wanted one that gives its JSON Schema too/,
    ],
    [
      'a JSON Schema of the output alone',
      { ...good, schema: { '~standard': { ...standard, jsonSchema: { output: () => ({}) } } } },
      /without jsonSchema.input/,
    ],
    ['no create()', { ...good, create: {} }, /"adapter": came an object without create\(\)/],
  ])('is refused with %s', (_, adapter, message) => {
    const define = (): unknown => defineAdapter(adapter as AuthenticatorAdapter);
    expect(define).toThrow(ConfigError);
    expect(define).toThrow(message);
  });
});
