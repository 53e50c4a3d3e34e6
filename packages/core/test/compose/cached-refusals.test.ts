import { describe, expect, it } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import type { AuthErrorReasons } from '../../src/errors/reasons.ts';
import { createCached, principalFor } from '../support/counted-authenticator.ts';
import { CODES, REASONS, refusalsOf } from '../support/refusals.ts';

const FLEETING: readonly AuthErrorReasons['invalid_token'][] = ['unknown_key', 'not_yet_valid'];
const LASTING = REASONS.invalid_token.filter((reason) => !FLEETING.includes(reason));

/** The tokens that start with 'good' are accepted. */
function createSubject(options: Parameters<typeof createCached>[0]) {
  return createCached(options, (credentials, clock) =>
    credentials.token.startsWith('good')
      ? principalFor(credentials, clock)
      : new AuthError('invalid_token', 'inactive'),
  );
}

describe('a refusal', () => {
  it('is not kept unless that is said', () => {
    const { ask, inner } = createSubject({});
    ask('junk');
    ask('junk');
    expect(inner.asked).toHaveLength(2);
  });

  it.each(LASTING)('of a token is kept where that is said: %s', (reason) => {
    const refusal = new AuthError('invalid_token', reason);
    const { ask, inner } = createCached({ negative: {} }, () => refusal);
    expect(ask('junk')).toBe(refusal);
    expect(ask('junk')).toBe(refusal);
    expect(inner.asked).toHaveLength(1);
  });

  const undone = [
    ...FLEETING.map((reason) => new AuthError('invalid_token', reason)),
    ...CODES.filter((code) => code !== 'invalid_token').flatMap((code) => refusalsOf(code)),
  ];
  it.each(undone.map((error) => [`${error.code}/${error.reason}`, error] as const))(
    'that the next moment may undo, or that costs nothing, is never kept: %s',
    (_, refusal) => {
      const { ask, inner } = createCached({ negative: {} }, () => refusal);
      ask('junk');
      ask('junk');
      expect(inner.asked).toHaveLength(2);
    },
  );

  it.each([
    ['10 s by default', {}, 10_000],
    ['maxAgeSeconds where that is said', { maxAgeSeconds: 3 }, 3000],
  ])('is kept for %s', (_, negative, ms) => {
    const { ask, clock, inner } = createSubject({ negative });
    ask('junk');
    clock.advance(ms - 1);
    ask('junk');
    expect(inner.asked).toHaveLength(1);
    clock.advance(1);
    ask('junk');
    expect(inner.asked).toHaveLength(2);
  });

  it('is of one scheme', () => {
    const { ask, inner } = createSubject({ negative: {} });
    ask('junk');
    ask('junk', { scheme: 'dpop' });
    expect(inner.asked).toHaveLength(2);
  });

  it('is of one whole token', () => {
    const { ask } = createSubject({ negative: {} });
    expect(ask('bad')).toBeInstanceOf(AuthError);
    expect(ask('good')).toMatchObject({ subject: 'bearer good' });
  });

  it('is no longer asked for once the token was accepted', () => {
    let known = false;
    const { ask, clock, inner } = createCached({ negative: {} }, (credentials) =>
      known ? principalFor(credentials, clock) : new AuthError('invalid_token', 'inactive'),
    );
    ask('token');
    known = true;
    clock.advance(10_000);
    const accepted = ask('token');
    expect(accepted).toMatchObject({ subject: 'bearer token' });
    expect(ask('token')).toBe(accepted);
    expect(inner.asked).toHaveLength(2);
  });
});

describe('a flood of junk', () => {
  it('never costs a good token its place', () => {
    const { ask, inner } = createSubject({ maxEntries: 4, negative: { maxEntries: 4 } });
    const good = ['good 1', 'good 2', 'good 3', 'good 4'];
    const kept = good.map((token) => ask(token));
    for (let index = 0; index < 5000; index += 1) ask(`junk ${index}`);
    inner.asked.length = 0;
    expect(good.map((token) => ask(token))).toEqual(kept);
    expect(inner.asked).toHaveLength(0);
  });

  it.each([1, 2, 4, 10, 100])('is remembered for at most maxEntries of it: %i', (maxEntries) => {
    const { ask, inner } = createSubject({ negative: { maxEntries } });
    const junk = Array.from({ length: 5 * maxEntries + 20 }, (_, index) => `junk ${index}`);
    for (const token of junk) ask(token);
    inner.asked.length = 0;
    let remembered = 0;
    // From the newest on, and only while it is remembered: a miss would take another's place.
    for (const token of junk.toReversed()) {
      const before = inner.asked.length;
      ask(token);
      if (inner.asked.length > before) break;
      remembered += 1;
    }
    expect(remembered).toBeGreaterThan(0);
    expect(remembered).toBeLessThanOrEqual(maxEntries);
  });

  it('has 1,000 entries by default', () => {
    const { ask, inner } = createSubject({ negative: {} });
    for (let index = 0; index < 4000; index += 1) ask(`junk ${index}`);
    inner.asked.length = 0;
    for (let index = 3999; index >= 3900; index -= 1) ask(`junk ${index}`);
    expect(inner.asked.length).toBeLessThan(50);
  });
});

it.each([
  [
    'at once',
    (refusal: AuthError) => {
      throw refusal;
    },
  ],
  ['later', (refusal: AuthError) => Promise.reject(refusal)],
])('a refusal that is thrown %s is kept like one that is returned', async (_, answer) => {
  const refusal = new AuthError('invalid_token', 'signature');
  const { ask, inner } = createCached({ negative: {} }, () => answer(refusal));
  expect(await ask('junk')).toBe(refusal);
  expect(await ask('junk')).toBe(refusal);
  expect(inner.asked).toHaveLength(1);
});
