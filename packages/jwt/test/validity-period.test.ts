import { describe, expect, it } from 'vitest';
import {
  decide,
  NOW_SECONDS,
  payloadText,
  token,
  tokenOfPayload,
} from './support/test-authenticator.ts';

describe.each(['nbf', 'iat'])('the %s of a token', (name) => {
  it('can be missing', async () => {
    expect(await decide(token({ [name]: undefined }))).toBe('accepted');
  });

  it('can be in the future by at most the tolerance', async () => {
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

  it('is measured from iat, plus the tolerance', async () => {
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

  it('sets no limit by default', async () => {
    expect(await decide(token({ iat: 0 }))).toBe('accepted');
  });

  it('and exp are both checked', async () => {
    const expired = token({ iat: NOW_SECONDS - 10, exp: NOW_SECONDS - 9 });
    expect(await decide(expired, options)).toBe('invalid_token/expired');
  });
});
