import type { AuthenticatorAdapter } from '@grpc-authn/core/authenticator';
import type * as z from 'zod';

type AdapterSchema<O> = AuthenticatorAdapter<O>['schema'];

/**
 * What an adapter exports of its zod schema: issues of a path and a message alone, since zod's other
 * members quote names as they came; and no member `__proto__`, which a record of zod's drops without
 * a word, so that a pin of that name would be no pin.
 */
export function adapterSchema<O>(schema: z.ZodType<O>): AdapterSchema<O> {
  const validate = (value: unknown): ReturnType<AdapterSchema<O>['~standard']['validate']> => {
    if (namesPrototype(value)) return { issues: [{ message: 'there is no option "__proto__"' }] };
    const result = schema.safeParse(value);
    if (result.success) return { value: result.data };
    return { issues: result.error.issues.map(({ message, path }) => ({ message, path })) };
  };
  const { jsonSchema } = schema['~standard'];
  return Object.freeze({
    '~standard': Object.freeze({ version: 1, vendor: 'grpc-authn', validate, jsonSchema }),
  });
}

/** Each object is looked at once: an alias in YAML may point at what it stands in. */
function namesPrototype(value: unknown, seen: Set<object> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  return (
    Object.hasOwn(value, '__proto__') ||
    Object.values(value).some((member) => namesPrototype(member, seen))
  );
}
