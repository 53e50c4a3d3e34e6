import { createPrincipal, findPrincipal, getPrincipal } from '@grpc-authn/core';
import { expect, it } from 'vitest';
import { grpcContextWith } from '../src/testing.ts';

it('grpcContextWith() is enough for a handler that asks for its caller', () => {
  const alice = createPrincipal({ authenticator: 'main', subject: 'alice' });
  const { metadata } = grpcContextWith(alice);
  expect(findPrincipal({ metadata })).toBe(alice);
  expect(getPrincipal(grpcContextWith(alice))).toBe(alice);
});

it('grpcContextWith() takes only what createPrincipal() made', () => {
  expect(() => grpcContextWith({ subject: 'alice' } as never)).toThrow(TypeError);
});
