import { describe, expect, it } from 'vitest';
import { WaitingPeers } from '../src/signature/waiting-peers.ts';

describe('those who wait', () => {
  it('are none where nobody came, and where all were taken', () => {
    const waiting = new WaitingPeers();
    expect(waiting.take()).toBeUndefined();
    const waiter = { peer: 'one', serve: () => undefined, turnAway: () => undefined };
    waiting.add(waiter);
    expect(waiting.take()).toBe(waiter);
    expect(waiting.take()).toBeUndefined();
    expect(waiting.size).toBe(0);
  });
});
