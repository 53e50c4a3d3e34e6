import { describe, expect, it } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import type { Rule } from '../../src/policy/rule.ts';
import {
  allowAnonymous,
  authenticated,
  denyAll,
  publicMethod,
  requireAnyScope,
  requireClaim,
  requireScopes,
} from '../../src/policy/rules.ts';
import { ask, askWithScopes, caller, SecondOpinion } from '../support/asked-rule.ts';

const refusal = new AuthError('invalid_token', 'signature');
const refusing = () => new SecondOpinion(() => refusal, 'main');

describe('publicMethod()', () => {
  it('allows everyone, without asking the authenticator', () => {
    const authenticator = refusing();
    expect(ask(publicMethod(), { authenticator }).decided).toBeUndefined();
    expect(ask(publicMethod(), { authenticator, credentials: undefined }).decided).toBeUndefined();
    expect(authenticator.asked).toBe(0);
  });
});

describe('denyAll()', () => {
  it('rejects everyone, without asking the authenticator', () => {
    const authenticator = new SecondOpinion(() => caller(), 'main');
    const denied = { code: 'permission_denied', reason: 'denied' };
    expect(ask(denyAll(), { authenticator }).decided).toMatchObject(denied);
    expect(ask(denyAll(), { authenticator, credentials: undefined }).decided).toMatchObject(denied);
    expect(authenticator.asked).toBe(0);
  });
});

describe('allowAnonymous()', () => {
  it('allows a caller without credentials, without a principal', () => {
    expect(ask(allowAnonymous(), { credentials: undefined }).decided).toBeUndefined();
  });

  it('verifies all credentials that are sent, and rejects invalid ones', () => {
    const principal = caller();
    expect(ask(allowAnonymous(), { principal }).decided).toBe(principal);
    expect(ask(allowAnonymous(), { authenticator: refusing() }).decided).toBe(refusal);
    const basic = { scheme: 'basic', token: 'token' };
    expect(ask(allowAnonymous(), { credentials: basic }).decided).toMatchObject({
      code: 'missing_credentials',
      reason: 'other_scheme',
    });
  });
});

describe('a rule for verified callers', () => {
  const rules: readonly Rule[] = [
    authenticated(),
    requireScopes('a'),
    requireAnyScope('a'),
    requireClaim('team', 'a'),
  ];
  it.each(rules)('rejects a caller without credentials: $description', (rule) => {
    expect(ask(rule, { credentials: undefined }).decided).toMatchObject({
      code: 'missing_credentials',
      reason: 'absent',
    });
  });

  it.each(rules)('returns the refusal of the authenticator: $description', (rule) => {
    expect(ask(rule, { authenticator: refusing() }).decided).toBe(refusal);
  });

  it('passes the principal on', () => {
    const principal = caller();
    expect(ask(authenticated(), { principal }).decided).toBe(principal);
  });
});

describe('scopes', () => {
  const missing = { code: 'permission_denied', reason: 'scope' };

  it('are all required by requireScopes()', () => {
    const rule = requireScopes('orders:read', 'orders:write');
    expect(askWithScopes(rule, 'orders:write', 'x', 'orders:read')).toMatchObject({
      subject: 'alice',
    });
    expect(askWithScopes(rule, 'orders:read')).toMatchObject(missing);
    expect(askWithScopes(rule, 'orders:write')).toMatchObject(missing);
    expect(askWithScopes(rule)).toMatchObject(missing);
  });

  it('are required by requireAnyScope(): at least one', () => {
    const rule = requireAnyScope('orders:read', 'orders:write');
    expect(askWithScopes(rule, 'orders:read')).toMatchObject({ subject: 'alice' });
    expect(askWithScopes(rule, 'x', 'orders:write')).toMatchObject({ subject: 'alice' });
    expect(askWithScopes(rule, 'x')).toMatchObject(missing);
    expect(askWithScopes(rule)).toMatchObject(missing);
  });

  it.each(['Orders:read', 'orders:read ', 'orders', 'orders:read:all', 'orders:*', '*'])(
    'count as they are written: "%s" is not "orders:read"',
    (scope) => {
      expect(askWithScopes(requireScopes('orders:read'), scope)).toMatchObject(missing);
      expect(askWithScopes(requireAnyScope('orders:read'), scope)).toMatchObject(missing);
    },
  );

  it('come from the authenticator, not from a claim of that name', () => {
    const principal = caller({ claims: { scope: 'a', scopes: ['a'], scp: ['a'] } });
    expect(ask(requireScopes('a'), { principal }).decided).toMatchObject(missing);
    expect(ask(requireAnyScope('a'), { principal }).decided).toMatchObject(missing);
  });
});
