import type { Authenticator } from '../contract/authenticator.ts';

type Knows = (token: string) => boolean;

/** By the authenticator object: a wrapper that an application writes is another object. */
const knowing = new WeakMap<Authenticator<object>, Knows>();

/**
 * For a cache, or a wrapper of one. `knows` is asked for each call before anything is verified, so it must be
 * cheap. True means: there is a verdict about exactly this token, and the token has only b64token characters.
 */
export function addKnownTokens(authenticator: Authenticator<object>, knows: Knows): void {
  knowing.set(authenticator, knows);
}

/**
 * True if the authenticator is a cache that knows the token. Then its characters need no second check, which costs
 * more than the rest of a cache hit. It says nothing about the verdict. Compositions are not searched: one may have
 * thousands of children.
 */
export function knowsToken(authenticator: Authenticator<object>, token: string): boolean {
  return knowing.get(authenticator)?.(token) === true;
}
