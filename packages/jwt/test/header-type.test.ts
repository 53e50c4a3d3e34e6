import { describe, expect, it } from 'vitest';
import { decide, token } from './support/test-authenticator.ts';

describe('the typ of a header', () => {
  it.each([
    ['at+jwt'],
    ['AT+JWT'],
    ['application/at+jwt'],
    ['Application/At+Jwt'],
    ['JWT'],
    ['jwt'],
    ['application/jwt'],
    [undefined],
  ])('can be %j', async (typ) => {
    expect(await decide(token({}, { typ }))).toBe('accepted');
  });

  it.each([
    ['dpop+jwt'],
    ['application/dpop+jwt'],
    ['token-introspection+jwt'],
    ['logout+jwt'],
    ['secevent+jwt'],
    ['oauth-authz-req+jwt'],
    ['client-authentication+jwt'],
    ['kb+jwt'],
    ['JOSE'],
    [''],
    ['at+jwt '],
    ['at+jwt; charset=utf-8'],
    ['x-application/at+jwt'],
    ['text/at+jwt'],
    ['at+application/jwt'],
  ])('must not be %j', async (typ) => {
    expect(await decide(token({}, { typ }))).toBe('invalid_token/type');
  });

  it.each([[null], [1], [['at+jwt']], [{ typ: 'at+jwt' }], [true]])(
    'is text, not %j',
    async (typ) => {
      expect(await decide(token({}, { typ }))).toBe('invalid_token/type');
    },
  );
});

describe('the option typ', () => {
  it('can require one type', async () => {
    const typ = ['at+jwt'];
    expect(await decide(token({}, { typ: 'application/AT+jwt' }), { typ })).toBe('accepted');
    expect(await decide(token({}, { typ: 'JWT' }), { typ })).toBe('invalid_token/type');
    expect(await decide(token({}, { typ: undefined }), { typ })).toBe('invalid_token/type');
  });

  it('can require that typ is absent', async () => {
    const typ = [null];
    expect(await decide(token({}, { typ: undefined }), { typ })).toBe('accepted');
    expect(await decide(token({}, { typ: 'JWT' }), { typ })).toBe('invalid_token/type');
  });

  it('is compared without case and without application/, like the header', async () => {
    const typ = ['Application/Example+JWT'];
    expect(await decide(token({}, { typ: 'example+jwt' }), { typ })).toBe('accepted');
  });
});
