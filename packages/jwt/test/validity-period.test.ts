import { describe, expect, it } from 'vitest';
import {
  decide,
  NOW_SECONDS,
  payloadText,
  token,
  tokenOfPayload,
} from './support/test-authenticator.ts';

describe.each(['nbf', 'iat'])('the %s of a token', (name) => {
  it('may be missing', async () => {
    expect(await decide(token({ [name]: undefined }))).toBe('accepted');
  });

  it('may be ahead by the tolerance, and no more', async () => {
    expect(await decide(token({ [name]: NOW_SECONDS + 5 }))).toBe('accepted');
    expect(await decide(token({ [name]: NOW_SECONDS + 5.001 }))).toBe(
      'invalid_token/not_yet_valid',
    );
    const options = { clockToleranceSeconds: 0 };
    expect(await decide(token({ [name]: NOW_SECONDS }), options)).toBe('accepted');
    expect(await decide(token({ [name]: NOW_SECONDS + 1 }), options)).toBe(
      'invalid_token/not_yet_valid',
    );
  });

  it.each(['"1800000000"', 'null', 'true', '[0]', '{}', '1e999', '-1e999', '-1', '253402300800'])(
    'must be a number of a year that there is, not %s',
    async (value) => {
      const jwt = tokenOfPayload(payloadText(`"${name}":${value}`));
      expect(await decide(jwt)).toBe('invalid_token/claim');
    },
  );
});

describe('maxTokenAgeSeconds', () => {
  const options = { maxTokenAgeSeconds: 60 };

  it('counts from iat, and adds the tolerance', async () => {
    expect(await decide(token({ iat: NOW_SECONDS - 65 }), options)).toBe('accepted');
    expect(await decide(token({ iat: NOW_SECONDS - 65.001 }), options)).toBe(
      'invalid_token/too_old',
    );
    const exact = { ...options, clockToleranceSeconds: 0 };
    expect(await decide(token({ iat: NOW_SECONDS - 60 }), exact)).toBe('accepted');
    expect(await decide(token({ iat: NOW_SECONDS - 61 }), exact)).toBe('invalid_token/too_old');
  });

  it('refuses a token without iat', async () => {
    expect(await decide(token({ iat: undefined }), options)).toBe('invalid_token/claim');
  });

  it('is no limit where it is not set', async () => {
    expect(await decide(token({ iat: 0 }))).toBe('accepted');
  });

  it('does not make an old token good that has not expired, nor the other way round', async () => {
    const expired = token({ iat: NOW_SECONDS - 10, exp: NOW_SECONDS - 9 });
    expect(await decide(expired, options)).toBe('invalid_token/expired');
  });
});
