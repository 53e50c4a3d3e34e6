import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AuthenticatorAdapter } from './define-adapter.ts';
import { formatKeys } from './format-issue.ts';
import { IssueCollector, type SchemaIssue } from './schema-issue.ts';
import type { z } from './zod.ts';

type AdapterSchema<O> = AuthenticatorAdapter<O>['schema'];
type Result<O> = StandardSchemaV1.Result<O>;

/**
 * A zod schema as an adapter exports it. Its issues are SchemaIssues, whatever locale the application
 * configured. It rejects a member `__proto__`, which zod's records drop silently, so that a pin of that
 * name would be no pin.
 */
export function adapterSchema<O>(schema: z.ZodType<O>): AdapterSchema<O> {
  const validate = (value: unknown): Result<O> | Promise<Result<O>> => {
    const prototypes = prototypeIssues(value);
    if (prototypes.length > 0) return { issues: prototypes };
    const collector = new IssueCollector();
    const { error } = collector;
    const toResult = (parsed: z.ZodSafeParseResult<O>): Result<O> =>
      parsed.success ? { value: parsed.data } : { issues: collector.collect(parsed.error.issues) };
    try {
      return toResult(schema.safeParse(value, { error }));
    } catch {
      // An asynchronous refinement; anything else is thrown again.
      return schema.safeParseAsync(value, { error }).then(toResult);
    }
  };
  const { jsonSchema } = schema['~standard'];
  return Object.freeze({
    '~standard': Object.freeze({ version: 1, vendor: 'grpc-authn', validate, jsonSchema }),
  });
}

/** A third-party adapter may use a zod schema as it is; its issues must not be zod's prose either. */
export function asAdapterSchema<O>(schema: AdapterSchema<O>): AdapterSchema<O> {
  return isZod(schema) ? adapterSchema(schema) : schema;
}

/** Also of another copy of zod. */
function isZod<O>(schema: AdapterSchema<O>): schema is AdapterSchema<O> & z.ZodType<O> {
  return '_zod' in schema && 'safeParse' in schema && 'safeParseAsync' in schema;
}

/** Visits each object once: a YAML alias may refer to an object that contains it. */
function prototypeIssues(
  value: unknown,
  path: SchemaIssue['path'] = [],
  seen: Set<object> = new Set(),
): readonly SchemaIssue[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  const inner = Object.entries(value).flatMap(([name, member]) =>
    prototypeIssues(member, [...path, Array.isArray(value) ? Number(name) : name], seen),
  );
  if (!Object.hasOwn(value, '__proto__')) return inner;
  const keys = ['__proto__'];
  return [{ code: 'unknown_keys', path, message: formatKeys(keys), keys }, ...inner];
}
