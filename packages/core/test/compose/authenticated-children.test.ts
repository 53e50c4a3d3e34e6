import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import { cached } from '../../src/compose/cached.ts';
import type { Authenticator } from '../../src/contract/authenticator.ts';
import { createPrincipal } from '../../src/contract/principal.ts';
import { setAuthInfo } from '../../src/contract/call-auth-info.ts';
import { getPrincipal } from '../../src/grpc/principal-access.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

function jwt(name: string): Authenticator {
  return stubAuthenticator(() => undefined, { name, issuers: [name] });
}
/** A call that the authenticator of this name accepted, on a server with `root`. */
function callAcceptedBy(name: string, root: Authenticator<object>) {
  const metadata = new Metadata();
  setAuthInfo(metadata, { root, principal: createPrincipal({ authenticator: name }) });
  return { metadata };
}

describe('a caller that a child of a composition authenticated', () => {
  const [a, b] = [jwt('a'), jwt('b')];
  const kept = cached(b);
  const inner = anyOf(a, kept);
  const root = anyOf(inner, jwt('c'));
  const call = callAcceptedBy('b', root);

  it('is authenticated by that child, by a cache on it and by every composition around it', () => {
    for (const from of [b, kept, inner, root]) {
      expect(getPrincipal(call, from).authenticator).toBe('b');
    }
  });

  it('is authenticated by no other child', () => {
    expect(() => getPrincipal(call, a)).toThrow('authenticated by "b", not by "a"');
  });

  it('is not authenticated by another authenticator of the same name', () => {
    expect(() => getPrincipal(call, jwt('b'))).toThrow('does not ask');
    expect(() => getPrincipal(call, cached(jwt('b')))).toThrow('does not ask');
    expect(() => getPrincipal(call, anyOf(b, jwt('d')))).toThrow('does not ask');
  });
});
