import { Metadata } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { cached } from '../src/compose/cached.ts';
import type { Authenticator } from '../src/contract/authenticator.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { bearerFromMetadata } from '../src/grpc/bearer-from-metadata.ts';
import { readInterceptorOptions } from '../src/grpc/interceptor-options.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { CallContext } from './support/call-context.ts';
import { stubAuthenticator } from './support/stub-authenticator.ts';

const asked: string[] = [];
const anybody = stubAuthenticator(({ token }) => {
  asked.push(token);
  return createPrincipal({ authenticator: 'stub', subject: 'alice' });
});

function decide(authorization: string, authenticator = cached(anybody)): unknown {
  asked.length = 0;
  const { extractor } = readInterceptorOptions({ authenticator });
  const metadata = new Metadata();
  metadata.set('authorization', authorization);
  const found = extractor.extract(metadata);
  if (found === undefined || AuthError.is(found)) return found;
  return authenticator.authenticate(found, new CallContext());
}

const MALFORMED = [
  ['Bearer a b', 'bad_characters'],
  ['Bearer a,b', 'multiple'],
  ['Bearer a=b', 'bad_characters'],
  ['Bearer {}', 'bad_characters'],
  ['Bearer =', 'bad_characters'],
] as const;

describe('the characters of a token', () => {
  it.each(MALFORMED)('are checked before a cache asks anybody: %s', (authorization, reason) => {
    expect(decide(authorization)).toMatchObject({ code: 'malformed_credentials', reason });
    expect(asked).toEqual([]);
  });

  it.each(MALFORMED)('are checked first where there is no cache: %s', (authorization, reason) => {
    expect(decide(authorization, anybody as never)).toMatchObject({
      code: 'malformed_credentials',
      reason,
    });
    expect(asked).toEqual([]);
  });

  it('are left to a cache, which need not read those of a token that it knows', () => {
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer a b');
    const before = (authenticator: Authenticator<object>): unknown =>
      readInterceptorOptions({ authenticator }).extractor.extract(metadata);
    expect(before(cached(anybody))).toMatchObject({ scheme: 'bearer', token: 'a b' });
    expect(before(anybody)).toMatchObject({ reason: 'bad_characters' });
  });

  it('are checked by the extractor itself, for whoever calls it', () => {
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer a b');
    expect(bearerFromMetadata().extract(metadata)).toMatchObject({ reason: 'bad_characters' });
    metadata.set('authorization', 'Bearer abc');
    expect(bearerFromMetadata().extract(metadata)).toEqual({ scheme: 'bearer', token: 'abc' });
  });

  it('are read once: a token that is known is the one that was checked', () => {
    const authenticator = cached(anybody);
    const first = decide('Bearer abc', authenticator);
    expect(asked).toEqual(['abc']);
    expect(decide('Bearer abc', authenticator)).toBe(first);
    expect(asked).toEqual([]);
  });
});
