import { expect, it } from 'vitest';
import { Rests } from '../src/rests.ts';

it('rests are bounded: the one that began first is forgotten', () => {
  const rests = new Rests();
  for (let key = 0; key <= 1024; key += 1) rests.begin(`key-${key}`, 100);
  expect(rests.remainingMs('key-0', 0)).toBe(0);
  expect(rests.remainingMs('key-1', 40)).toBe(60);
  expect(rests.remainingMs('key-1024', 100)).toBe(0);
});
