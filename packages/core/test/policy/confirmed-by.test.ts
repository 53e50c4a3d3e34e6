import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import { cached } from '../../src/compose/cached.ts';
import type { AuthenticationContext, Credentials } from '../../src/contract/authenticator.ts';
import type { PrincipalInit } from '../../src/contract/principal.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { confirmedBy, requireAll } from '../../src/policy/rules.ts';
import { ask, caller, SecondOpinion } from '../support/asked-rule.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { REASONS, refusalsOf } from '../support/refusals.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';
import { unhandledRejectionsDuring } from '../support/unhandled-rejections.ts';

const identity = { subject: 'alice', issuer: 'https://id.example.com', clientId: 'web' };
const principal = caller(identity);
const unconfirmed = { code: 'permission_denied', reason: 'unconfirmed' };

/** The gate's answer if the confirming authenticator answers this. */
async function opinion(answer: () => unknown) {
  return ask(confirmedBy(new SecondOpinion(answer)), { principal }).decided;
}

describe('confirmedBy()', () => {
  it('allows the first principal if the second is the same caller', async () => {
    // The authenticator's name and the scopes may differ.
    const second = caller({ ...identity, authenticator: 'second', scopes: ['other'] });
    expect(await opinion(() => second)).toBe(principal);
    expect(await opinion(async () => second)).toBe(principal);
  });

  it.each<readonly [string, Partial<PrincipalInit<object>>]>([
    ['another subject', { ...identity, subject: 'mallory' }],
    ['no subject', { ...identity, subject: undefined }],
    ['another issuer', { ...identity, issuer: 'https://other.example.com' }],
    ['no issuer', { ...identity, issuer: undefined }],
    ['an issuer with a slash more', { ...identity, issuer: 'https://id.example.com/' }],
    ['another client', { ...identity, clientId: 'mobile' }],
    ['a subject in another case', { ...identity, subject: 'Alice' }],
  ])('rejects if the second answer has %s', async (_who, init) => {
    expect(await opinion(() => caller(init))).toMatchObject(unconfirmed);
    // And with the answers swapped.
    const rule = confirmedBy(new SecondOpinion(() => principal));
    expect(await ask(rule, { principal: caller(init) }).decided).toMatchObject(unconfirmed);
  });

  it.each(
    (
      [
        'missing_credentials',
        'malformed_credentials',
        'invalid_token',
        'permission_denied',
      ] as const
    )
      .flatMap((code) => refusalsOf(code))
      .map((error) => [`${error.code}/${error.reason}`, error] as const),
  )('turns every refusal into `unconfirmed`: %s', async (_reason, error) => {
    expect(await opinion(() => error)).toMatchObject({ ...unconfirmed, cause: error });
    expect(await opinion(() => Promise.reject(error))).toMatchObject(unconfirmed);
  });

  it.each(REASONS.unavailable)('keeps an outage an outage: %s', async (reason) => {
    const outage = new AuthError('unavailable', reason, { retryAfterMs: 7000 });
    expect(await opinion(() => outage)).toBe(outage);
    expect(await opinion(() => Promise.reject(outage))).toBe(outage);
  });

  it('rejects answers that are not a principal', async () => {
    const answers = [
      undefined,
      null,
      true,
      {},
      'alice',
      { ...principal },
      Object.create(principal),
    ];
    for (const answer of answers) {
      expect(await opinion(() => answer)).toMatchObject({ code: 'internal', reason: 'bug' });
      expect(await opinion(async () => answer)).toMatchObject({ code: 'internal', reason: 'bug' });
    }
    const fault = new Error('boom');
    expect(await opinion(() => Promise.reject(fault))).toMatchObject({ code: 'internal' });
    const raise = () => {
      throw fault;
    };
    expect(await opinion(raise)).toMatchObject({ code: 'internal', cause: fault });
  });

  it('rejects a token that is bound to a key', async () => {
    const bound = caller({ ...identity, confirmation: { jkt: 'thumb' } });
    expect(await opinion(() => bound)).toMatchObject(unconfirmed);
  });

  it('receives the same credentials and context', async () => {
    const seen: (readonly [Credentials, AuthenticationContext])[] = [];
    const note = (answer: unknown) =>
      stubAuthenticator((...call) => {
        seen.push(call);
        return answer;
      });
    const rule = confirmedBy(note(principal));
    expect(await ask(rule, { authenticator: note(principal) }).decided).toBe(principal);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.[0]).toBe(seen[0]?.[0]);
    expect(seen[1]?.[1]).toBe(seen[0]?.[1]);
  });

  it('does not receive a scheme that it does not name', async () => {
    let asked = 0;
    const second = stubAuthenticator(
      () => {
        asked += 1;
        return principal;
      },
      { schemes: ['dpop'] },
    );
    expect(await ask(confirmedBy(second), { principal }).decided).toMatchObject(unconfirmed);
    expect(asked).toBe(0);
  });

  it('is not asked about callers that the first authenticator rejects', async () => {
    const second = new SecondOpinion(() => principal);
    const refusal = new AuthError('invalid_token', 'expired');
    const decided = ask(confirmedBy(second), { authenticator: stubAuthenticator(() => refusal) });
    expect(await decided.decided).toBe(refusal);
    expect(await ask(confirmedBy(second), { credentials: undefined }).decided).toMatchObject({
      code: 'missing_credentials',
    });
    expect(second.asked).toBe(0);
  });

  it('is asked on every call, also if the first answer is cached', async () => {
    let revoked = false;
    const second = new SecondOpinion(() =>
      revoked ? new AuthError('invalid_token', 'inactive') : principal,
    );
    const first = new SecondOpinion(() => principal, 'stub');
    const authenticator = cached(first);
    const rule = requireAll(confirmedBy(second));
    expect(await ask(rule, { authenticator }).decided).toBe(principal);
    expect(await ask(rule, { authenticator }).decided).toBe(principal);
    revoked = true;
    expect(await ask(rule, { authenticator }).decided).toMatchObject(unconfirmed);
    expect([first.asked, second.asked]).toEqual([1, 3]);
  });

  it('has the time limit of the call, and leaves no timer', async () => {
    const clock = new ManualClock();
    const never = new SecondOpinion(() => new Promise(() => undefined));
    const { decided } = ask(confirmedBy(never), { principal, clock });
    clock.advance(10_000);
    expect(await decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(clock.waiting).toBe(0);
  });

  it('ignores a rejection after the time limit', async () => {
    const clock = new ManualClock();
    let reject = (_error: Error): void => undefined;
    const late = new SecondOpinion(() => new Promise((_, fail) => (reject = fail)));
    const unhandled = await unhandledRejectionsDuring(async () => {
      const { decided } = ask(confirmedBy(late), { principal, clock });
      clock.advance(10_000);
      reject(new Error('late'));
      expect(await decided).toMatchObject({ reason: 'timeout' });
    });
    expect(unhandled).toEqual([]);
  });
});

describe('a confirming authenticator that caches', () => {
  const fresh = () => stubAuthenticator(() => principal, { name: 'fresh', issuers: ['https://a'] });

  it.each([
    ['a cache', () => cached(fresh())],
    ['a composition with a cache in it', () => anyOf(cached(fresh()), other())],
    ['a composition in a composition', () => anyOf(anyOf(cached(fresh()), other()), third())],
  ])('is a ConfigError: %s', (_what, make) => {
    expect(() => confirmedBy(make())).toThrow(ConfigError);
    expect(() => confirmedBy(make())).toThrow('which caches');
  });

  it('is accepted without a cache, also as a composition', () => {
    expect(confirmedBy(fresh()).description).toBe('confirmed by fresh');
    expect(confirmedBy(anyOf(fresh(), other())).description).toMatch(/^confirmed by /);
  });

  function other() {
    return stubAuthenticator(() => principal, { name: 'other', issuers: ['https://b'] });
  }
  function third() {
    return stubAuthenticator(() => principal, { name: 'third', issuers: ['https://c'] });
  }
});
