import { describeSecret, nearestName } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { asAdapterSchema } from '../adapter/adapter-schema.ts';
import type { SchemaIssue } from '../adapter/schema-issue.ts';
import type { Schema } from '../schema/config-schema.ts';
import type { Path } from '../source/path.ts';
import { describeSchemas } from './describe-schema.ts';
import { jsonSchemasAt, knownNames } from './known-names.ts';
import type { Problems } from './problems.ts';

/** Members that a file may have beside an adapter's own options; they never reach its schema. */
export type ReservedKeys = readonly string[];

/** A longer name is no misspelt one, and comparing it takes time. */
const MAX_COMPARED_CHARACTERS = 100;

/**
 * The value as its schema reads it; undefined where it does not fit, and then the problems say why: an
 * unknown key with the nearest known one, anything else with what was expected and received.
 */
export async function checkSchema<O>(
  schema: Schema<O>,
  value: unknown,
  path: Path,
  problems: Problems,
  reserved: ReservedKeys = [],
): Promise<O | undefined> {
  const result = await asAdapterSchema(schema)['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const before = problems.count;
  for (const issue of result.issues) {
    for (const { at, text } of problemsOf(schema, value, issue, reserved)) {
      problems.add([...path, ...at], text);
    }
  }
  if (problems.count === before) problems.add(path, 'expected options that fit the schema');
  return undefined;
}

interface Found {
  readonly at: Path;
  readonly text: string | (() => string);
}

function problemsOf(
  schema: Schema<unknown>,
  value: unknown,
  issue: StandardSchemaV1.Issue,
  reserved: ReservedKeys,
): readonly Found[] {
  const at = (issue.path ?? []).map((part) => toPart(part));
  const { code, message, keys = [] } = issue as Partial<SchemaIssue>;
  switch (code) {
    case 'unknown_keys':
      if (isWriteOnly(schema, at)) return [{ at, text: HIDDEN_KEY }];
      return keys.map((key) => unknownKey(schema, at, key, reserved));
    case 'expected':
      return [{ at, text: () => `${message}, received ${describeReceived(valueAt(value, at))}` }];
    case 'custom':
      return [{ at, text: String(message) }];
    case undefined:
    default:
      return [thirdPartyProblem(schema, value, at, reserved)];
  }
}

/** The name may be a misplaced secret. */
const HIDDEN_KEY = 'expected only known keys, received an unknown one';

function isWriteOnly(schema: Schema<unknown>, path: Path): boolean {
  return [...path.keys(), path.length].some((length) =>
    jsonSchemasAt(schema, path.slice(0, length)).some((inner) => inner['writeOnly'] === true),
  );
}

/** By its JSON Schema: the message may quote the value that was received, which may be a secret. */
function thirdPartyProblem(
  schema: Schema<unknown>,
  value: unknown,
  at: Path,
  reserved: ReservedKeys,
): Found {
  const around = at.slice(0, -1);
  const last = at.at(-1);
  if (typeof last === 'string' && knownNames(schema, around)?.has(last) === false) {
    return isWriteOnly(schema, around)
      ? { at: around, text: HIDDEN_KEY }
      : unknownKey(schema, around, last, reserved);
  }
  const text = (): string => {
    const expected = describeSchemas(jsonSchemasAt(schema, at)) ?? 'a value that fits the schema';
    return `expected ${expected}, received ${describeReceived(valueAt(value, at))}`;
  };
  return { at, text };
}

function unknownKey(
  schema: Schema<unknown>,
  around: Path,
  key: string,
  reserved: ReservedKeys,
): Found {
  const text = (): string => {
    const own = [...(knownNames(schema, around) ?? [])];
    const known = around.length === 0 ? [...reserved, ...own] : own;
    return `unknown key${hintFor(key, known, 'the keys are')}`;
  };
  return { at: [...around, key], text };
}

/** `; did you mean "issuer"?`, or all names that are known. */
export function hintFor(name: string, known: readonly string[], introduction: string): string {
  const near = name.length > MAX_COMPARED_CHARACTERS ? undefined : nearestName(name, known);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return known.length === 0 ? '' : `; ${introduction} ${known.join(', ')}`;
}

/** Its type and size: a value in a config may be a secret. */
export function describeReceived(value: unknown): string {
  return value === undefined ? 'nothing' : describeSecret(value);
}

function toPart(part: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof part === 'object' ? part.key : part;
  return typeof key === 'number' ? key : String(key);
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    const isMember = typeof at === 'object' && at !== null && Object.hasOwn(at, part);
    at = isMember ? (at as Record<string | number, unknown>)[part] : undefined;
  }
  return at;
}
