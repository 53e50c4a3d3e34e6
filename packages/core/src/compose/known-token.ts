import type { Authenticator } from '../contract/authenticator.ts';

/** Of a cache: true if it stores a verdict about exactly this token, and the token has only b64token characters. */
export const KNOWS_TOKEN: unique symbol = Symbol('grpc-authn.knows-token');

/**
 * True if a cache of this authenticator, or of one that it is composed of, knows the token. Then its characters
 * need no second check, which costs more than the rest of a cache hit. It says nothing about the verdict.
 */
export function knowsToken(authenticator: Authenticator<object>, token: string): boolean {
  if (KNOWS_TOKEN in authenticator) {
    return (authenticator as { [KNOWS_TOKEN](token: string): boolean })[KNOWS_TOKEN](token);
  }
  for (const child of authenticator.traits?.children ?? []) {
    if (knowsToken(child, token)) return true;
  }
  return false;
}
