import { describe, expect, it } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import type { Rule } from '../../src/policy/rule.ts';
import {
  authenticated,
  confirmedBy,
  requireAll,
  requireAny,
  requireClaim,
  requireScopes,
} from '../../src/policy/rules.ts';
import { ask, askWithClaims, askWithScopes, caller, SecondOpinion } from '../support/asked-rule.ts';

const passed = { subject: 'alice' };
const [a, b, c] = [requireScopes('a'), requireScopes('b'), requireScopes('c')] as const;
const throwing = requireClaim('it', () => {
  throw new Error('boom');
});

const yes = (name = 'yes') => new SecondOpinion(async () => caller(), name);
const no = () => new SecondOpinion(async () => new AuthError('invalid_token', 'inactive'), 'no');
const down = () =>
  new SecondOpinion(async () => new AuthError('unavailable', 'introspection'), 'down');
const broken = () => new SecondOpinion(() => undefined, 'broken');

describe('requireAll()', () => {
  it('allows callers that meet every rule', () => {
    const rule = requireAll(a, b, requireClaim('team', 'x'), authenticated());
    const principal = caller({ scopes: ['a', 'b'], claims: { team: 'x' } });
    expect(ask(rule, { principal }).decided).toBe(principal);
  });

  it.each<readonly [readonly string[], string]>([
    [[], 'scope'],
    [['a'], 'scope'],
    [['b'], 'scope'],
    [['a', 'b'], 'claim'],
  ])('rejects callers with only %j, with the reason %s', (scopes, reason) => {
    const rule = requireAll(a, b, requireClaim('team', 'x'));
    expect(askWithScopes(rule, ...scopes)).toMatchObject({ code: 'permission_denied', reason });
  });

  it('equals its only rule', () => {
    expect(askWithScopes(requireAll(a), 'a')).toMatchObject(passed);
    expect(askWithScopes(requireAll(a), 'b')).toMatchObject({ reason: 'scope' });
  });

  it('asks the confirming authenticator last, in any order, and not for callers that another rule rejects', async () => {
    const second = yes();
    for (const rule of [
      requireAll(confirmedBy(second), a),
      requireAll(a, confirmedBy(second)),
      requireAll(requireAll(confirmedBy(second), b), a),
      requireAll(requireAny(confirmedBy(second), b), a),
    ]) {
      // At once: no promise.
      expect(askWithScopes(rule, 'x')).toMatchObject({ reason: 'scope' });
    }
    expect(second.asked).toBe(0);
    expect(await askWithScopes(requireAll(confirmedBy(second), a), 'a')).toMatchObject(passed);
    expect(second.asked).toBe(1);
  });

  it('ends with the first of several confirmations that fails', async () => {
    const [refuses, later] = [no(), yes('later')];
    const decided = await ask(requireAll(confirmedBy(refuses), confirmedBy(later))).decided;
    expect(decided).toMatchObject({ code: 'permission_denied', reason: 'unconfirmed' });
    expect([refuses.asked, later.asked]).toEqual([1, 0]);
  });

  it('asks each of several confirming authenticators', async () => {
    const [first, later] = [yes('first'), yes('later')];
    expect(await ask(requireAll(confirmedBy(first), confirmedBy(later))).decided).toMatchObject(
      passed,
    );
    expect([first.asked, later.asked]).toEqual([1, 1]);
    const [good, refuses] = [yes('good'), no()];
    expect(await ask(requireAll(confirmedBy(good), confirmedBy(refuses))).decided).toMatchObject({
      reason: 'unconfirmed',
    });
  });

  it('ends with an outage', async () => {
    const decided = await ask(requireAll(confirmedBy(yes()), confirmedBy(down()))).decided;
    expect(decided).toMatchObject({ code: 'unavailable', reason: 'introspection' });
  });
});

describe('requireAny()', () => {
  it('allows callers that meet one rule', () => {
    const rule = requireAny(a, b, requireClaim('team', 'x'));
    expect(askWithScopes(rule, 'a')).toMatchObject(passed);
    expect(askWithScopes(rule, 'b')).toMatchObject(passed);
    expect(askWithClaims(rule, { team: 'x' })).toMatchObject(passed);
  });

  it('rejects callers that meet no rule', () => {
    const denied = { code: 'permission_denied' };
    expect(askWithScopes(requireAny(a, b), 'c')).toMatchObject(denied);
    expect(askWithScopes(requireAny(requireAll(a, b), requireAll(b, c)), 'a', 'c')).toMatchObject(
      denied,
    );
    expect(askWithScopes(requireAny(a), 'b')).toMatchObject(denied);
  });

  it('nests', () => {
    const rule = requireAll(requireAny(a, b), requireAny(b, c));
    expect(askWithScopes(rule, 'a', 'c')).toMatchObject(passed);
    expect(askWithScopes(rule, 'b')).toMatchObject(passed);
    expect(askWithScopes(rule, 'a')).toMatchObject({ code: 'permission_denied' });
  });

  it('asks the confirming authenticator last, in any order, and not for callers that another rule allows', () => {
    const second = no();
    for (const rule of [
      requireAny(confirmedBy(second), a),
      requireAny(a, confirmedBy(second)),
      requireAny(requireAll(confirmedBy(second), b), a),
      requireAny(requireAny(confirmedBy(second), b), a),
    ]) {
      expect(askWithScopes(rule, 'a')).toMatchObject(passed);
    }
    expect(second.asked).toBe(0);
  });

  it('allows callers that are confirmed', async () => {
    expect(await askWithScopes(requireAny(confirmedBy(yes()), a), 'x')).toMatchObject(passed);
    const later = yes('later');
    expect(await ask(requireAny(confirmedBy(no()), confirmedBy(later))).decided).toMatchObject(
      passed,
    );
    expect(later.asked).toBe(1);
  });

  it('rejects callers that nobody confirms', async () => {
    const decided = await askWithScopes(requireAny(a, confirmedBy(no()), confirmedBy(no())), 'x');
    expect(decided).toMatchObject({ code: 'permission_denied', reason: 'unconfirmed' });
  });

  it.each<readonly [string, () => SecondOpinion, object]>([
    ['an outage', down, { code: 'unavailable', reason: 'introspection' }],
    ['a bug', broken, { code: 'internal', reason: 'bug' }],
  ])('ends with %s in one branch: the next branch is not tried', async (_w, end, expected) => {
    const later = yes('later');
    const rule: Rule = requireAny(confirmedBy(end()), confirmedBy(later));
    expect(await ask(rule).decided).toMatchObject(expected);
    expect(later.asked).toBe(0);
  });

  it('ends with a predicate that throws', () => {
    expect(askWithScopes(requireAny(throwing, a), 'a')).toMatchObject({ code: 'internal' });
    // The caller met an earlier rule, so the predicate did not run.
    expect(askWithScopes(requireAny(a, throwing), 'a')).toMatchObject(passed);
    expect(askWithScopes(requireAny(a, throwing), 'b')).toMatchObject({ code: 'internal' });
  });
});
