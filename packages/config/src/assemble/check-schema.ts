import { describeSecret, nearestName } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '../schema/config-schema.ts';
import type { Path } from '../source/path.ts';
import type { Problems } from './problems.ts';
import { knownNames } from './known-names.ts';

/** What stands around an adapter's own options in a file. */
export interface Frame {
  /** Members that never reach the schema. */
  readonly members: readonly string[];
  /** How the file calls what the schema calls so. */
  readonly nameInFile: (part: string | number) => string | number;
}

const NO_FRAME: Frame = { members: [], nameInFile: (part) => part };

/**
 * The value as its schema reads it; undefined where it does not check, and then the problems say why:
 * a key that is not known with the nearest that is, anything else with what came and what is wanted.
 */
export async function checkSchema<O>(
  schema: Schema<O>,
  value: unknown,
  path: Path,
  problems: Problems,
  frame: Frame = NO_FRAME,
): Promise<O | undefined> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const before = problems.count;
  const told = new Set<string>();
  for (const issue of result.issues) {
    const inner = (issue.path ?? []).map((part) => partOf(part));
    const at = valueAt(value, inner);
    const unknown = unknownNames(schema, at, inner, frame);
    for (const name of unknown.names) {
      const where = [...path, ...inner, name];
      if (told.has(where.join('\0'))) continue;
      told.add(where.join('\0'));
      problems.add(where, unknown.hintFor(name));
    }
    if (unknown.names.length === 0 || !isAboutKeys(issue.message)) {
      problems.add(
        [...path, ...inner.map((part) => frame.nameInFile(part))],
        wordsFor(issue.message, at),
      );
    }
  }
  if (problems.count === before) problems.add(path, 'this does not fit its schema');
  return undefined;
}

function partOf(part: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof part === 'object' ? part.key : part;
  return typeof key === 'number' ? key : String(key);
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    const holds = typeof at === 'object' && at !== null && Object.hasOwn(at, part);
    at = holds ? (at as Record<string | number, unknown>)[part] : undefined;
  }
  return at;
}

function unknownNames(
  schema: Schema<unknown>,
  value: unknown,
  path: Path,
  { members, nameInFile }: Frame,
): { readonly names: readonly string[]; hintFor(name: string): string } {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const known = isObject ? knownNames(schema, path) : undefined;
  const names = known === undefined ? [] : Object.keys(value ?? {}).filter((n) => !known.has(n));
  const own = [...(known ?? [])].map(nameInFile).map(String);
  const candidates = path.length === 0 ? [...members, ...own] : own;
  return {
    names,
    hintFor(name) {
      const near = nearestName(name, candidates);
      return near === undefined
        ? `there is no such key; there are ${candidates.join(', ')}`
        : `there is no such key; did you mean "${near}"?`;
    },
  };
}

function isAboutKeys(message: string): boolean {
  return /unrecognized|unknown key|there is no option|additional propert/i.test(message);
}

/** zod says 'Invalid input: expected string, received number'; what came is told without its text. */
function wordsFor(message: string, value: unknown): string {
  const came = value === undefined ? 'nothing' : describeSecret(value);
  const said = message.replace(/, received .*$/s, '');
  const [, wanted] =
    /^Invalid (?:input|option): expected (.*)$/s.exec(said) ??
    /^Too (?:small|big): expected \w+ to (?:be|have) (.*)$/s.exec(said) ??
    [];
  // Others say in their own words what they want.
  if (wanted === undefined) return `came ${came}; ${said}`;
  const words = wanted
    .replace(/^>=/, 'at least ')
    .replace(/^<=/, 'at most ')
    .replace(/^(?:object|record)$/, 'an object')
    .replace(/^(?=string$|number$|boolean$)/, 'a ');
  return `came ${came}; wanted ${words}`;
}
