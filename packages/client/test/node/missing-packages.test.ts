import { describe, expect, it, vi } from 'vitest';
import { createSubject, startTokenServer } from './support/token-server.ts';

// The import of src/node.ts in the support file shows that it is not imported before it is needed.
vi.mock('openid-client', () => {
  throw new Error('not installed');
});

describe('openid-client', () => {
  it('is imported by the first request, and named if that fails', async () => {
    const provider = await startTokenServer();
    const error = await createSubject(provider).error();
    expect(error.message).toContain('package openid-client: could not be loaded');
    expect(provider.questions).toEqual([]);
  });
});
