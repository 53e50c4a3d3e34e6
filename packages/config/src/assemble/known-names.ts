import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { Path } from '../source/path.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The names that an object at this path may have, by the JSON Schema of its adapter; undefined where
 * it may have any, or where the JSON Schema does not say.
 */
export function knownNames(
  schema: Partial<StandardJSONSchemaV1>,
  path: Path,
): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const alternative of jsonSchemasAt(schema, path)) {
    if (alternative['type'] !== 'object' && !isObject(alternative['properties'])) continue;
    // It allows any.
    if (alternative['additionalProperties'] !== false) return undefined;
    for (const name of Object.keys((alternative['properties'] as object | undefined) ?? {}))
      names.add(name);
  }
  return names.size === 0 ? undefined : names;
}

/** True where the adapter's own options have such a member. */
export function hasMember(schema: Partial<StandardJSONSchemaV1>, name: string): boolean {
  return knownNames(schema, [])?.has(name) ?? false;
}

/** The JSON Schemas for a value at this path, alternatives included. */
export function jsonSchemasAt(
  schema: Partial<StandardJSONSchemaV1>,
  path: Path,
): readonly JsonSchema[] {
  const root = jsonSchemaOf(schema);
  return path
    .reduce<readonly JsonSchema[]>(
      (schemas, part) =>
        schemas.flatMap((inner) => alternatives(inner)).flatMap((inner) => step(inner, part)),
      root === undefined ? [] : [root],
    )
    .flatMap((inner) => alternatives(inner));
}

/** Making one takes time, and a schema is asked for it once a problem. */
const made = new WeakMap<object, JsonSchema | undefined>();

function jsonSchemaOf(schema: Partial<StandardJSONSchemaV1>): JsonSchema | undefined {
  if (!made.has(schema)) made.set(schema, makeJsonSchema(schema));
  return made.get(schema);
}

function makeJsonSchema(schema: Partial<StandardJSONSchemaV1>): JsonSchema | undefined {
  try {
    return schema['~standard']?.jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    // A schema that cannot be written as JSON gives no hints; it still validates.
    return undefined;
  }
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const inner = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((list) =>
    Array.isArray(list) ? list.filter(isObject) : [],
  );
  return [schema, ...inner.flatMap(alternatives)];
}

function step(schema: JsonSchema, part: string | number): readonly JsonSchema[] {
  const { properties, items, additionalProperties } = schema;
  const next =
    typeof part === 'number'
      ? items
      : isObject(properties) && Object.hasOwn(properties, part)
        ? properties[part]
        : additionalProperties;
  return isObject(next) ? [next] : [];
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
