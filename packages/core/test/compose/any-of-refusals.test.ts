import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import { createPrincipal } from '../../src/contract/principal.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { CallContext } from '../support/call-context.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const CREDENTIALS = { scheme: 'bearer', token: 'token' };
const expired = new AuthError('invalid_token', 'issuer', { tokenExpired: true });
const foreign = new AuthError('invalid_token', 'issuer');
const opaque = new AuthError('malformed_credentials', 'not_a_compact_jws');
const otherScheme = new AuthError('missing_credentials', 'other_scheme');

function refusalOf(...refusals: readonly AuthError[]): unknown {
  const children = refusals.map((refusal, index) =>
    stubAuthenticator(() => refusal, { name: `child ${index}`, issuers: [`issuer ${index}`] }),
  );
  return anyOf(...children).authenticate(CREDENTIALS, new CallContext());
}

describe('where a token is no child’s', () => {
  it.each([
    [[expired, foreign]],
    [[foreign, expired]],
    [[expired, opaque]],
    [[opaque, expired]],
    [[otherScheme, expired, opaque]],
    [[foreign, opaque, expired, foreign, otherScheme]],
  ])('is reported as expired, whichever child knew: case %#', (refusals) => {
    expect(refusalOf(...refusals)).toBe(expired);
  });

  it.each([
    [[foreign, opaque]],
    [[opaque, foreign]],
    [[otherScheme, foreign]],
    [[opaque, foreign, otherScheme]],
  ])('the child that read its issuer is believed: case %#', (refusals) => {
    expect(refusalOf(...refusals)).toBe(foreign);
  });

  it('the refusal is still a refusal', () => {
    expect(refusalOf(opaque, opaque)).toMatchObject({ code: 'malformed_credentials' });
    expect(refusalOf(otherScheme)).toBe(otherScheme);
  });

  it('is reported as expired after a wait, too', async () => {
    const late = stubAuthenticator(async () => foreign, { name: 'late', issuers: ['late'] });
    const first = stubAuthenticator(() => expired, { name: 'first', issuers: ['first'] });
    const context = new CallContext();
    expect(await anyOf(first, late).authenticate(CREDENTIALS, context)).toBe(expired);
    expect(await anyOf(late, first).authenticate(CREDENTIALS, context)).toBe(expired);
  });
});

describe('the schemes of a composition', () => {
  const accepting = (name: string, schemes?: readonly string[]) =>
    stubAuthenticator(() => createPrincipal({ authenticator: name, subject: name }), {
      name,
      issuers: [name],
      ...(schemes === undefined ? {} : { schemes }),
    });
  const composed = anyOf(accepting('plain'), accepting('both', ['DPoP', 'Bearer']));
  const verifiedBy = (scheme: string) =>
    composed.authenticate({ scheme, token: 'token' }, new CallContext());

  it('are those of its children, each once', () => {
    expect(composed.schemes).toEqual(['bearer', 'dpop']);
  });

  it('decide which children are asked: none is handed one that it does not name', () => {
    expect(verifiedBy('bearer')).toMatchObject({ subject: 'plain' });
    expect(verifiedBy('dpop')).toMatchObject({ subject: 'both' });
  });

  it('leave a scheme that no child names to nobody', () => {
    expect(verifiedBy('basic')).toMatchObject({
      code: 'missing_credentials',
      reason: 'other_scheme',
    });
  });
});

describe('a token that a child which is down may have revoked', () => {
  const down = new AuthError('unavailable', 'introspection', { retryAfterMs: 1000 });
  const accepts = () => createPrincipal({ authenticator: 'jwks', subject: 'mallory' });

  it.each([
    ['at once', () => down],
    ['later', async () => down],
  ])('does not make the next child responsible: %s', async (_, answer) => {
    const introspection = stubAuthenticator(answer, { name: 'introspection' });
    const jwks = stubAuthenticator(accepts, { name: 'jwks', issuers: ['b'] });
    const composed = anyOf(introspection, jwks);
    expect(await composed.authenticate(CREDENTIALS, new CallContext())).toBe(down);
  });

  it('and one that the child knows for another’s still goes to that other', () => {
    const introspection = stubAuthenticator(() => foreign, { name: 'introspection' });
    const jwks = stubAuthenticator(accepts, { name: 'jwks', issuers: ['b'] });
    const composed = anyOf(introspection, jwks);
    expect(composed.authenticate(CREDENTIALS, new CallContext())).toMatchObject({
      authenticator: 'jwks',
    });
  });
});
