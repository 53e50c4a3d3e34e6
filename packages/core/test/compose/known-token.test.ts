import { describe, expect, it, vi } from 'vitest';
import { cached } from '../../src/compose/cached.ts';
import { wrapAuthenticator } from '../../src/compose/wrap-authenticator.ts';
import { knowsToken } from '../../src/compose/known-token.ts';
import type { Authenticator } from '../../src/contract/authenticator.ts';
import { createPrincipal } from '../../src/contract/principal.ts';
import { bearerFromMetadata } from '../../src/grpc/bearer-from-metadata.ts';
import { readGrpcOptions } from '../../src/grpc/interceptor-options.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import { CallContext } from '../support/call-context.ts';
import { metadataWith } from '../support/metadata-field.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const alice = createPrincipal({ authenticator: 'stub', subject: 'alice' });
const GOOD = 'abc.def-_~+/==';
/** No HTTP client sends it as a bearer token, but code may ask an authenticator about it. */
const BAD = 'abc"def';

function cacheThatSaw(...tokens: readonly string[]) {
  const cache = cached(stubAuthenticator(() => alice));
  for (const token of tokens)
    void cache.authenticate({ scheme: 'bearer', token }, new CallContext());
  return cache;
}

function extracted(authenticator: Authenticator<object>, token: string): unknown {
  return readGrpcOptions({}, authenticator).extract(
    metadataWith('authorization', `Bearer ${token}`),
  );
}

describe('a token that a cache knows', () => {
  it('is the same token that the extractor would return', () => {
    for (const authenticator of [cacheThatSaw(), cacheThatSaw(GOOD)]) {
      expect(extracted(authenticator, GOOD)).toEqual({ scheme: 'bearer', token: GOOD });
    }
  });

  it('is refused for its characters, even if the cache has a verdict about it', () => {
    const cache = cacheThatSaw(BAD);
    expect(knowsToken(cache, BAD)).toBe(false);
    expect(extracted(cache, BAD)).toMatchObject({ reason: 'bad_characters' });
    const guard = createCallGuard({ authenticator: cache });
    expect(guard.credentialsFrom(() => `Bearer ${BAD}`)).toMatchObject({
      reason: 'bad_characters',
    });
  });

  it('is known in full, and under the scheme bearer only', () => {
    const cache = cacheThatSaw(GOOD);
    expect(knowsToken(cache, GOOD)).toBe(true);
    expect(knowsToken(cache, `${GOOD}=`)).toBe(false);
    expect(knowsToken(cache, GOOD.replace('b', 'B'))).toBe(false);
    const other = cached(stubAuthenticator(() => alice, { schemes: ['bearer', 'api-key'] }));
    void other.authenticate({ scheme: 'api-key', token: GOOD }, new CallContext());
    expect(knowsToken(other, GOOD)).toBe(false);
  });

  it('is known to a wrapper of a cache, and not to an object of the application around it', () => {
    const wrapped = wrapAuthenticator(cacheThatSaw(GOOD), {});
    expect(knowsToken(wrapped, GOOD)).toBe(true);
    expect(knowsToken(wrapped, 'other')).toBe(false);
    const derived = Object.create(cacheThatSaw(GOOD)) as Authenticator<object>;
    expect(knowsToken(derived, GOOD)).toBe(false);
    expect(extracted(derived, GOOD)).toEqual({ scheme: 'bearer', token: GOOD });
  });

  it('is looked for in no composition, which may have thousands of children', () => {
    const children = vi.fn(() => [cacheThatSaw(GOOD)]);
    const traits = Object.defineProperty({}, 'children', { get: children });
    const composed = stubAuthenticator(() => alice, { traits });
    expect(knowsToken(composed, GOOD)).toBe(false);
    expect(children).not.toHaveBeenCalled();
  });

  it('is not known to a cache that stores digests', () => {
    const cache = cached(
      stubAuthenticator(() => alice),
      { keepTokens: false },
    );
    void cache.authenticate({ scheme: 'bearer', token: GOOD }, new CallContext());
    expect(knowsToken(cache, GOOD)).toBe(false);
  });

  it('is unknown when the cache has dropped its verdicts', async () => {
    const cache = cacheThatSaw(GOOD);
    expect(knowsToken(cache, GOOD)).toBe(true);
    await cache.close?.();
    expect(knowsToken(cache, GOOD)).toBe(false);
  });

  it('does not bypass an extractor that is a copy with another extract()', () => {
    const copy = { ...bearerFromMetadata(), extract: () => undefined };
    const { extract } = readGrpcOptions({ credentials: copy }, cacheThatSaw(GOOD));
    expect(extract(metadataWith('authorization', `Bearer ${GOOD}`))).toBeUndefined();
  });
});
