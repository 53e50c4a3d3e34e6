import { describe, expect, it, vi } from 'vitest';
import { nextCallId } from '../../src/guard/call-id.ts';

describe('the ID of a call', () => {
  it('has the format of a UUID, and is unique', () => {
    const ids = Array.from({ length: 1000 }, nextCallId);
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  it('begins differently in each process', async () => {
    vi.resetModules();
    const other = await import('../../src/guard/call-id.ts');
    expect(other.nextCallId().slice(0, 8)).not.toBe(nextCallId().slice(0, 8));
  });
});
