import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '@grpc-authn/core/authenticator';

/** The JSON object in these bytes, or undefined for anything else: other JSON, no JSON, no UTF-8. */
export function parseJsonObject(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    // A byte order mark is kept, so that JSON.parse refuses it.
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Only a member of the object itself: `__proto__` and `constructor` are names like any other. */
export function ownMember(object: JsonObject, name: string): JsonObject[string] | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
