import type { JsonObject } from '@grpc-authn/core/authenticator';
import { type KeyDocument, keysOf } from '@grpc-authn/jwks/internal';

/** A longer hint is shortened, so that a key that the trust domain withdraws is not used for days. */
const MAX_REFRESH_SECONDS = 3600;

/**
 * The JWT-SVID keys of a bundle (JWT-SVID, section 6). Keys of other kinds of SVID, and keys without `use`, are
 * ignored. A key verifies signatures, which JWT adapters call `sig`; everywhere else `jwt-svid` is refused. One
 * without a `kid` is refused with that reason, because the standard requires one.
 */
export function svidKeysOf(keys: readonly unknown[]): readonly JsonObject[] {
  return keys.flatMap((key) => {
    if (!isJwtSvidKey(key)) return [];
    const kid = Object.hasOwn(key, 'kid') ? key['kid'] : undefined;
    return [{ ...key, kid: typeof kid === 'string' && kid !== '' ? kid : null, use: 'sig' }];
  });
}

/** Undefined for a document that is no bundle. */
export function readBundle(document: unknown): KeyDocument | undefined {
  const keys = keysOf(document);
  if (keys === undefined) return undefined;
  return { keys: svidKeysOf(keys), maxAgeMs: refreshMsOf(document as JsonObject) };
}

/** `spiffe_refresh_hint`, a positive integer of seconds; undefined without one. */
function refreshMsOf(bundle: JsonObject): number | undefined {
  const hint = Object.hasOwn(bundle, 'spiffe_refresh_hint') ? bundle['spiffe_refresh_hint'] : 0;
  if (typeof hint !== 'number' || !Number.isInteger(hint) || hint <= 0) return undefined;
  return Math.min(hint, MAX_REFRESH_SECONDS) * 1000;
}

function isJwtSvidKey(key: unknown): key is JsonObject {
  const isObject = typeof key === 'object' && key !== null && !Array.isArray(key);
  return isObject && Object.hasOwn(key, 'use') && (key as JsonObject)['use'] === 'jwt-svid';
}
