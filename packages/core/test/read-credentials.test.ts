import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/errors/auth-error.ts';
import { readCredentials } from '../src/credentials/read-credentials.ts';

function extracted(found: unknown): unknown {
  return readCredentials(found);
}

describe('what an extractor gives', () => {
  it.each([
    ['null', null],
    ['text', 'Bearer token'],
    ['a number', 5],
    ['a function', Object.assign(() => undefined, { scheme: 'bearer', token: 'token' })],
    ['a scheme alone', { scheme: 'bearer' }],
    ['a token alone', { token: 'token' }],
    ['a token that is no text', { scheme: 'bearer', token: 5 }],
    ['a scheme that is no text', { scheme: null, token: 'token' }],
    ['a promise', Promise.resolve(undefined)],
  ])('is a bug where it is %s', (_, found) => {
    expect(extracted(found)).toMatchObject({ code: 'internal', reason: 'bug' });
  });

  it('stands where it is credentials, a refusal or nothing', () => {
    const refusal = new AuthError('malformed_credentials', 'multiple');
    for (const found of [undefined, refusal, { scheme: 'bearer', token: 'token' }]) {
      expect(extracted(found)).toBe(found);
    }
  });
});
