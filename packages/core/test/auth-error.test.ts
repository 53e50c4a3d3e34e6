import { describe, expect, it } from 'vitest';
import { AuthError } from '../src/errors/auth-error.ts';
import type { AuthErrorCode } from '../src/errors/reasons.ts';
import { CODES, REASONS, refusalsOf } from './support/refusals.ts';

const CANARY = 'eyJhbGciOiJub25lIn0.canary.';

const MESSAGES: Readonly<Record<AuthErrorCode, string>> = {
  missing_credentials: 'Authentication required: send a bearer token',
  malformed_credentials: 'The credentials are malformed',
  invalid_token: 'The access token is not valid',
  permission_denied: 'Permission denied',
  unavailable: 'Authentication is temporarily unavailable, retry later',
  internal: 'Internal error',
};

describe('an AuthError', () => {
  it.each(CODES)('of code %s has one message, whatever the reason and the cause', (code) => {
    const options = { cause: new Error(CANARY), tokenExpired: true };
    const messages = [...refusalsOf(code), ...refusalsOf(code, options)].map((e) => e.message);
    expect(new Set(messages)).toEqual(new Set([MESSAGES[code]]));
  });

  it('says its code and its reason', () => {
    const error = new AuthError('invalid_token', 'audience');
    expect(error).toMatchObject({ code: 'invalid_token', reason: 'audience' });
  });

  it('is an Error whose name is AuthError', () => {
    const error = new AuthError('internal', 'bug');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('AuthError');
    expect(Object.keys(error)).not.toContain('name');
  });

  it('has no retry and no expired token by default', () => {
    const error = new AuthError('invalid_token', 'expired');
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.tokenExpired).toBe(false);
  });

  it('keeps the retry and the expiry that were said', () => {
    expect(new AuthError('unavailable', 'jwks', { retryAfterMs: 0 }).retryAfterMs).toBe(0);
    expect(new AuthError('unavailable', 'jwks', { retryAfterMs: 2500 }).retryAfterMs).toBe(2500);
    expect(new AuthError('invalid_token', 'issuer', { tokenExpired: true }).tokenExpired).toBe(
      true,
    );
  });

  it('takes a token for expired on true alone', () => {
    const options = { tokenExpired: 'false' as unknown as boolean };
    expect(new AuthError('invalid_token', 'issuer', options).tokenExpired).toBe(false);
  });

  it('keeps its cause for logs, and not among what is enumerated', () => {
    const cause = new Error(CANARY);
    const error = new AuthError('unavailable', 'jwks', { cause });
    expect(error.cause).toBe(cause);
    expect(Object.keys(error)).not.toContain('cause');
    expect(JSON.stringify(error)).not.toContain(CANARY);
    expect(Object.assign({}, error)).not.toHaveProperty('cause');
  });

  it('keeps a cause that is undefined, and has none where none was given', () => {
    expect('cause' in new AuthError('internal', 'bug', { cause: undefined })).toBe(true);
    expect('cause' in new AuthError('internal', 'bug')).toBe(false);
  });
});

describe('the making of an AuthError', () => {
  it.each(['', 'ok', 'invalid-token', 'toString', '__proto__', 'constructor', undefined, null])(
    'is a TypeError for the code %s, which does not exist',
    (code) => {
      expect(() => new AuthError(code as 'internal', 'bug')).toThrow(TypeError);
    },
  );

  it('does not repeat a code that does not exist', () => {
    const make = () => new AuthError(CANARY as 'internal', 'bug');
    expect(make).not.toThrow(CANARY);
    expect(make).toThrow('no such code');
  });

  it.each([NaN, Infinity, -Infinity, -1, '1000', null, 5n])(
    'is a TypeError for a retryAfterMs of %s, which is no length of time',
    (retryAfterMs) => {
      const options = { retryAfterMs: retryAfterMs as number };
      expect(() => new AuthError('unavailable', 'jwks', options)).toThrow(TypeError);
    },
  );

  it.each(CODES.filter((code) => code !== 'internal'))('of code %s takes no stack', (code) => {
    for (const error of refusalsOf(code)) expect(error.stack ?? '').not.toMatch(/\n\s+at /);
  });

  it('of code internal takes a stack, since it is a fault to be found', () => {
    expect(new AuthError('internal', 'bug').stack).toMatch(/\n\s+at /);
  });

  it('fails nowhere where Error is frozen, as under --frozen-intrinsics', () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    Object.defineProperty(Error, 'stackTraceLimit', { ...before, writable: false });
    try {
      for (const code of CODES) {
        expect(refusalsOf(code).map((error) => error.code)).toContain(code);
      }
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', { ...before, writable: true });
    }
  });

  it.each([7, 0, 50])('leaves a stackTraceLimit of %i as it was', (limit) => {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = limit;
    try {
      for (const code of CODES) {
        void new AuthError(code, REASONS[code][0] as never);
        expect(Error.stackTraceLimit).toBe(limit);
      }
      expect(() => new AuthError('nope' as 'internal', 'bug')).toThrow(TypeError);
      expect(Error.stackTraceLimit).toBe(limit);
    } finally {
      Error.stackTraceLimit = before;
    }
  });
});

describe('the claim at fault', () => {
  it('is a name, and undefined by default', () => {
    expect(new AuthError('invalid_token', 'claim', { claim: 'tenant' }).claim).toBe('tenant');
    expect(new AuthError('invalid_token', 'claim').claim).toBeUndefined();
  });

  it.each([5, null, {}, ['tenant']])('is not %j', (claim) => {
    const make = () => new AuthError('invalid_token', 'claim', { claim: claim as never });
    expect(make).toThrow(TypeError);
  });
});
