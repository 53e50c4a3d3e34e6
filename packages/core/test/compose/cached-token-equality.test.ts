import { describe, expect, it } from 'vitest';
import { createCached } from '../support/counted-authenticator.ts';

/** Longer than anything that a look-up samples. */
const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg';
/** One set of four places: every token meets every other. */
const ONE_SET = { maxEntries: 4, negative: { maxEntries: 4 } };

describe.each([
  ['tokens', true],
  ['digests', false],
] as const)('where %s are kept, a token never hits', (_, keepTokens) => {
  it('that is another in any one character', () => {
    const { ask, inner } = createCached({ ...ONE_SET, keepTokens });
    for (let at = 0; at < TOKEN.length; at += 1) {
      const kept = ask(TOKEN);
      const other = `${TOKEN.slice(0, at)}${TOKEN[at] === 'X' ? 'Y' : 'X'}${TOKEN.slice(at + 1)}`;
      expect(ask(other)).toMatchObject({ subject: `bearer ${other}` });
      expect(ask(TOKEN)).toBe(kept);
    }
    expect(inner.asked).toHaveLength(TOKEN.length + 1);
  });

  it('that differs in bits of base64url which do not count', () => {
    // 'g' and 'h' as the last character decode to the same bytes.
    const twin = `${TOKEN.slice(0, -1)}h`;
    expect(Buffer.from(TOKEN, 'base64url')).toEqual(Buffer.from(twin, 'base64url'));
    const { ask, inner } = createCached({ ...ONE_SET, keepTokens });
    ask(TOKEN);
    expect(ask(twin)).toMatchObject({ subject: `bearer ${twin}` });
    expect(inner.asked).toHaveLength(2);
  });

  it.each([
    ['longer', `${TOKEN}A`],
    ['longer by padding', `${TOKEN}=`],
    ['longer at its start', `A${TOKEN}`],
    ['shorter', TOKEN.slice(0, -1)],
    ['shorter at its start', TOKEN.slice(1)],
    ['in another case', TOKEN.toLowerCase()],
    ['followed by a space', `${TOKEN} `],
    ['followed by a zero', `${TOKEN}\0`],
    ['empty', ''],
  ])('that is %s', (__, other) => {
    const { ask, inner } = createCached({ ...ONE_SET, keepTokens });
    ask(TOKEN);
    expect(ask(other)).toMatchObject({ subject: `bearer ${other}` });
    expect(inner.asked).toHaveLength(2);
  });

  it.each([
    ['A', 'Ł'],
    ['é', 'e\u0301'],
    ['ÿ', 'ǿ'],
    ['\u0000', '\u0100'],
    ['日', '月'],
    ['=', '\u013d'],
    ['😀', '😁'],
  ])('that is equal in the low bytes of its characters alone: %j and %j', (one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const { ask } = createCached({ ...ONE_SET, keepTokens });
      for (let round = 0; round < 2; round += 1) {
        for (const end of [first, second]) {
          expect(ask(TOKEN + end)).toMatchObject({ subject: `bearer ${TOKEN}${end}` });
        }
      }
    }
  });
});

describe('tokens that go in pieces', () => {
  it('are distinguished from a scheme and a token that join to the same text', async () => {
    const { ask, inner } = createCached();
    await ask('b', { scheme: 'dpop' });
    expect(ask('dpop b')).toMatchObject({ subject: 'bearer dpop b' });
    expect(inner.asked).toHaveLength(2);
  });
});
