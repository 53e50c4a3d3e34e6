import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/contract/checks.ts';
import { BROKEN_SAMPLES } from '../support/broken-samples.ts';
import { failuresOf } from '../support/recorded-failures.ts';
import { tableSubject } from '../support/table.ts';

/** What is expected, what was received, and what to do. */
const EXPLANATION = /^expected .+, received .+\. \w.+\.$/;

// A limit for a hanging test, not a measure: a failing check waits half a second.
describe('a broken authenticator fails one check', { timeout: 60_000 }, () => {
  it.each(BROKEN_SAMPLES)('$breaks: by $by', async ({ breaks, capabilities, build }) => {
    const failures = await failuresOf(tableSubject(capabilities, build));
    expect(Object.keys(failures)).toEqual([breaks]);
    expect(failures[breaks]).toMatch(EXPLANATION);
  });
});

describe('each check', () => {
  it('has a broken authenticator that fails it', () => {
    const broken = new Set(BROKEN_SAMPLES.map(({ breaks }) => breaks));
    expect(CHECKS.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });

  it('has a unique name', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).toBe(CHECKS.length);
  });
});
