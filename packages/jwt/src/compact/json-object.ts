import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '@grpc-authn/core/authenticator';

/** Parses a JSON object. Undefined for other JSON values, invalid JSON and invalid UTF-8. */
export function parseJsonObject(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    // toString keeps a byte order mark, so JSON.parse rejects it.
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Reads own members only, so `__proto__` and `constructor` are ordinary names. */
export function ownMember(object: JsonObject, name: string): JsonObject[string] | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
