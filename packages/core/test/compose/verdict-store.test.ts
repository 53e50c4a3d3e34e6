import { describe, expect, it } from 'vitest';
import { VerdictStore } from '../../src/compose/verdict-store.ts';

const NOW_MS = 1_700_000_000_000;
const LATER_MS = NOW_MS + 60_000;

/** One set of four places, of which each name is one token. */
function createStore() {
  const store = new VerdictStore<string>(4);
  return {
    store,
    put: (name: string, untilMs = LATER_MS, value = name, nowMs = NOW_MS): void =>
      store.set(name, 'bearer', value, { untilMs, untilSteadyMs: Number.POSITIVE_INFINITY }, nowMs),
    find: (name: string, nowMs = NOW_MS): string | undefined => store.get(name, 'bearer', nowMs, 0),
  };
}

describe('a store of verdicts', () => {
  it('keeps the later of two verdicts about one token', () => {
    const { put, find } = createStore();
    put('a', LATER_MS, 'earlier');
    put('a', LATER_MS, 'later');
    expect(find('a')).toBe('later');
  });

  it('gives up what has expired before what was longest unused', () => {
    const { put, find } = createStore();
    for (const name of ['a', 'b', 'd']) put(name);
    put('c', NOW_MS + 1);
    put('e', LATER_MS, 'e', NOW_MS + 1);
    const kept = ['a', 'b', 'c', 'd', 'e'].map((name) => find(name, NOW_MS + 1));
    expect(kept).toEqual(['a', 'b', undefined, 'd', 'e']);
  });

  it('finds the current verdict of a token that was looked up before', () => {
    const { put, find, store } = createStore();
    put('a', LATER_MS, 'earlier');
    expect(store.hasB64Token('a', 'bearer')).toBe(true);
    put('a', LATER_MS, 'later');
    expect(find('a')).toBe('later');
  });

  it('finds no evicted, expired or dropped verdict of a token that was looked up before', () => {
    const { put, find, store } = createStore();
    put('a');
    store.hasB64Token('a', 'bearer');
    for (const name of ['b', 'c', 'd', 'e']) put(name);
    expect(find('a')).toBeUndefined();
    put('f', NOW_MS + 1);
    store.hasB64Token('f', 'bearer');
    expect(find('f', NOW_MS + 1)).toBeUndefined();
    expect(store.hasB64Token('f', 'bearer')).toBe(false);
    put('g');
    store.hasB64Token('g', 'bearer');
    store.clear();
    expect(find('g')).toBeUndefined();
  });

  it('finds no verdict of another scheme for a token that was looked up before', () => {
    const { put, store } = createStore();
    put('a');
    expect(store.hasB64Token('a', 'bearer')).toBe(true);
    expect(store.get('a', 'api-key', NOW_MS, 0)).toBeUndefined();
  });
});
