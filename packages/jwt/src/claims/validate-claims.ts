import { AuthError, type JsonObject } from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * Returns the schema's output for the raw payload, or an AuthError if the schema reports issues. It names
 * the claim of the first issue. The issues are dropped, because many libraries include the value in them.
 *
 * @throws TypeError if the schema returns a promise, or does not return an object.
 */
export function validateClaims(schema: StandardSchemaV1, payload: JsonObject): object | AuthError {
  const result = schema['~standard'].validate(payload);
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new TypeError('claims: expected a synchronous schema, received a promise');
  }
  if (result.issues !== undefined) {
    const claim = claimOf(result.issues);
    return new AuthError('invalid_token', 'claim', claim === undefined ? {} : { claim });
  }
  const { value } = result;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError('claims: expected an object as the output of the schema');
}

/** Longer names, and those with control characters, do not belong in a log. */
const CLAIM_NAME = /^[^\p{C}]{1,128}$/u;

/** Only the beginning of the path: what follows is inside the value. */
function claimOf(issues: readonly StandardSchemaV1.Issue[] | null): string | undefined {
  const first = issues?.[0]?.path?.[0];
  const name: unknown = typeof first === 'object' ? first.key : first;
  return typeof name === 'string' && CLAIM_NAME.test(name) ? name : undefined;
}
