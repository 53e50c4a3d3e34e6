import { describe, expect, it } from 'vitest';
import { describeSecret, describeValue } from '../src/errors/option-checks.ts';

describe('what a message shows of a value', () => {
  it.each([
    'https://user:pa/ss@host/x',
    'https://user:pa?ss@host/x',
    'https:user:pass@host',
    'https:\\\\user:pass@host',
    'https://user:pass@a,https://user:pass@b',
  ])('is nothing of the password in %s', (url) => {
    expect(describeValue(url)).not.toMatch(/user|pa/);
  });

  it('is not the digits of a secret that is a number', () => {
    expect(describeSecret(123_456)).toBe('a number');
  });
});
