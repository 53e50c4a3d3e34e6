import { expect, it } from 'vitest';
import { PeerRests } from '../src/peer-rests.ts';

it('peers that rest are bounded: the one that began first is forgotten', () => {
  const rests = new PeerRests();
  for (let peer = 0; peer <= 1024; peer += 1) rests.rest(`peer-${peer}`, 100);
  expect(rests.remainingMs('peer-0', 0)).toBe(0);
  expect(rests.remainingMs('peer-1', 40)).toBe(60);
  expect(rests.remainingMs('peer-1024', 100)).toBe(0);
});
