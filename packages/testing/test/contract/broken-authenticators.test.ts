import { describe, expect, it } from 'vitest';
import { LAWS } from '../../src/contract/laws.ts';
import { BROKEN_SAMPLES } from '../support/broken-samples.ts';
import { failuresOf } from '../support/recorded-failures.ts';
import { tableSubject } from '../support/table.ts';

describe('a broken authenticator breaks its law, and no other', () => {
  it.each(BROKEN_SAMPLES)('$breaks: by $by', async ({ breaks, capabilities, build }) => {
    expect(await failuresOf(tableSubject(capabilities, build))).toEqual([breaks]);
  });
});

describe('each law', () => {
  it('has a broken authenticator that breaks it', () => {
    const broken = new Set(BROKEN_SAMPLES.map(({ breaks }) => breaks));
    expect(LAWS.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });

  it('has a name of its own', () => {
    expect(new Set(LAWS.map(({ name }) => name)).size).toBe(LAWS.length);
  });
});
