import { getHeapSnapshot } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import {
  principalFor,
  createCached,
  type CachedSubject,
} from '../support/counted-authenticator.ts';

/** Built again for each use, so that the caller holds no token. */
function tokenOf(...parts: readonly string[]): string {
  return Buffer.from(`${parts.join('-')}-${'x'.repeat(40)}`).toString();
}

async function heapHolds(...tokens: readonly (readonly string[])[]): Promise<readonly boolean[]> {
  const needles = tokens.map((parts) => parts.join('-').split('').toReversed().join(''));
  const found = tokens.map(() => false);
  let rest = '';
  for await (const chunk of getHeapSnapshot()) {
    const text = rest + String(chunk);
    for (const [index, needle] of needles.entries()) {
      // Turned around, so that what is looked for is not found for being looked for.
      found[index] ||= text.includes(needle.split('').toReversed().join(''));
    }
    rest = text.slice(-200);
  }
  return found;
}

/** Verifies one token and refuses another, and keeps nothing that it was asked. */
function fill(keepTokens: boolean, name: string): CachedSubject {
  const subject = createCached({ keepTokens, negative: {} }, async ({ scheme, token }, clock) =>
    token.startsWith('good')
      ? principalFor({ scheme, token: 'of somebody' }, clock)
      : new AuthError('invalid_token', 'inactive'),
  );
  void subject.ask(tokenOf('good', name));
  void subject.ask(tokenOf('junk', name));
  return subject;
}

describe('where digests are kept', () => {
  it('no token is in memory after its verification, accepted or refused', async () => {
    const subjects = [fill(false, 'digested'), fill(true, 'whole')];
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    for (const { inner } of subjects) {
      expect(inner.asked).toHaveLength(2);
      inner.asked.length = 0;
    }
    const [digested, refused, whole, refusedToo] = await heapHolds(
      ['good', 'digested'],
      ['junk', 'digested'],
      ['good', 'whole'],
      ['junk', 'whole'],
    );
    expect({ digested, refused, whole, refusedToo }).toEqual({
      digested: false,
      refused: false,
      // So that the search is known to find what is there.
      whole: true,
      refusedToo: false,
    });
    // They are kept all the same.
    expect(subjects[0]?.ask(tokenOf('good', 'digested'))).not.toBeInstanceOf(Promise);
    expect(subjects[0]?.ask(tokenOf('junk', 'digested'))).not.toBeInstanceOf(Promise);
  }, 60_000);
});

it('a token that is no text is not kept: two of them would have one digest', () => {
  const { ask, inner } = createCached({ keepTokens: false });
  const first = ask('token-\ud800');
  expect(ask('token-\udbff')).not.toBe(first);
  expect(inner.asked).toHaveLength(2);
});
