import { describe, expect, it } from 'vitest';
import { floodWithJunk } from './support/junk-flood.ts';

const MIB = 1024 * 1024;

describe('a flood of tokens that are good for nothing', () => {
  it('leaves nothing on the heap: 20,000 different ones, less than 5 MiB, and no token', async () => {
    const flood = await floodWithJunk(20_000);
    expect(flood).toMatchObject({ refused: 20_000, questions: 20_000 });
    expect(flood.growthBytes).toBeLessThan(5 * MIB);
    expect(flood.tokensInMemory).toBeLessThan(10);
  }, 120_000);
});
