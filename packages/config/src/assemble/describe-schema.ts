import type { JsonSchema } from './known-names.ts';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

const LIMITS: readonly (readonly [keyword: string, words: string])[] = [
  ['minLength', 'of at least # characters'],
  ['maxLength', 'of at most # characters'],
  ['minItems', 'of at least # items'],
  ['maxItems', 'of at most # items'],
  ['minimum', 'of at least #'],
  ['maximum', 'of at most #'],
  ['exclusiveMinimum', 'of more than #'],
  ['exclusiveMaximum', 'of less than #'],
  ['pattern', 'that matches #'],
  ['format', 'in the format #'],
];

/** What a value has to be, in a few words; undefined where the JSON Schemas do not say. */
export function describeSchemas(schemas: readonly JsonSchema[]): string | undefined {
  const words = schemas.flatMap((schema) => describeSchema(schema) ?? []);
  return words.length === 0 ? undefined : [...new Set(words)].join(' or ');
}

function describeSchema(schema: JsonSchema): string | undefined {
  const options = schema['enum'] ?? (Object.hasOwn(schema, 'const') ? [schema['const']] : []);
  if (Array.isArray(options) && options.length > 0) return describeOptions(options);
  const type = TYPES[String(schema['type'])];
  if (type === undefined) return undefined;
  const limits = LIMITS.flatMap(([keyword, words]) => {
    const limit = schema[keyword];
    const isPlain = typeof limit === 'number' || typeof limit === 'string';
    return isPlain ? words.replace('#', () => String(limit)) : [];
  });
  return [type, ...limits].join(' ');
}

function describeOptions(options: readonly unknown[]): string {
  const shown = options.map((option) => JSON.stringify(option));
  return shown.length === 1 ? shown.join() : `one of ${shown.join(', ')}`;
}
