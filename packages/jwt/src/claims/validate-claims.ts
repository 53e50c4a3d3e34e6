import { AuthError, type JsonObject } from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * The schema's output for the raw payload; an AuthError where it has issues. The issues are not kept:
 * many a library writes the value into them.
 *
 * @throws TypeError where the schema answers with a promise, or with no object.
 */
export function validateClaims(schema: StandardSchemaV1, payload: JsonObject): object | AuthError {
  const result = schema['~standard'].validate(payload);
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new TypeError('option "claims": the schema is asynchronous; wanted a synchronous one');
  }
  if (result.issues !== undefined) return new AuthError('invalid_token', 'claim');
  const { value } = result;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError('option "claims": the schema gave no object');
}
