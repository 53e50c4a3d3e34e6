import { expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import { cached } from '../../src/compose/cached.ts';
import { createPrincipal } from '../../src/contract/principal.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { CallContext } from '../support/call-context.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const accepted = createPrincipal({ authenticator: 'stub', subject: 'alice' });

/** Accepts the token 'good', and takes a moment to say so. */
const slow = stubAuthenticator(async ({ token }) => {
  await Promise.resolve();
  return token === 'good' ? accepted : new AuthError('invalid_token', 'inactive');
});

it('a cache remembers a refusal under the token that was asked about', async () => {
  const authenticator = cached(slow, { negative: {} });
  const credentials = { scheme: 'bearer', token: 'bad' };
  const verdict = authenticator.authenticate(credentials, new CallContext());
  credentials.token = 'good';
  expect(await verdict).toMatchObject({ reason: 'inactive' });
  expect(await authenticator.authenticate(credentials, new CallContext())).toBe(accepted);
});

it('a cache remembers a principal under the scheme that was asked about', async () => {
  const authenticator = cached({ ...slow, schemes: ['bearer', 'other'] });
  const credentials = { scheme: 'bearer', token: 'good' };
  const verdict = authenticator.authenticate(credentials, new CallContext());
  credentials.scheme = 'other';
  await verdict;
  const context = new CallContext();
  expect(authenticator.authenticate(credentials, context)).toBeInstanceOf(Promise);
});

it('a composition asks the next child about the token that the first was asked about', async () => {
  const elsewhere = stubAuthenticator(
    async () => {
      await Promise.resolve();
      return new AuthError('invalid_token', 'issuer');
    },
    { name: 'elsewhere', issuers: ['https://elsewhere.example'] },
  );
  const authenticator = anyOf(elsewhere, slow);
  const credentials = { scheme: 'bearer', token: 'bad' };
  const verdict = authenticator.authenticate(credentials, new CallContext());
  credentials.token = 'good';
  expect(await verdict).toMatchObject({ reason: 'inactive' });
});
