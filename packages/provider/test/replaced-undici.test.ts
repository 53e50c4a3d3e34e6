import { expect, it, vi } from 'vitest';
import { GuardedFetch, readHttpOptions } from '../src/index.ts';

// As in Bun, which replaces the package by a module of its own.
vi.mock('undici', () => ({ Agent: function Agent() {} }));

it('a runtime whose undici has no Agent.request is named as the cause, before anything is sent', async () => {
  const fetch = new GuardedFetch(readHttpOptions());
  const refused = {
    problem: 'package',
    message:
      'package undici: this runtime replaces it by one without Agent.request; run on Node.js, or pass http.fetch',
  };
  await expect(fetch.prepare()).rejects.toMatchObject(refused);
  await expect(fetch.fetch(new URL('https://id.example.com'))).rejects.toMatchObject(refused);
  await fetch.close();
});
