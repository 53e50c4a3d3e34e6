import { describe, expect, it } from 'vitest';
import { load, messageOf } from './support/loaded.ts';

const AUTHENTICATORS = {
  authenticators: { main: { use: 'table', tokens: {} }, second: { use: 'table', tokens: {} } },
  authenticator: 'main',
};
const inDays = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const ruleOf = async (rule: unknown): Promise<string | undefined> => {
  const config = { ...AUTHENTICATORS, policy: { rules: { 'a.B/C': rule } } };
  const { auth } = await load({ config });
  return auth.policy.table().find(({ method }) => method === 'a.B/C')?.rule;
};

describe('a rule', () => {
  it.each<readonly [unknown, string]>([
    ['public', 'public'],
    ['anonymous', 'anonymous allowed'],
    ['authenticated', 'authenticated'],
    ['deny', 'denied'],
    [{ scopes: ['a', 'b'] }, 'scopes a and b'],
    [{ anyScope: ['a', 'b'] }, 'scope a or b'],
    [{ claims: [{ claim: 'role', equals: 'admin' }] }, 'claim role = "admin"'],
    [{ claims: [{ claim: ['a', 'b'], equals: 1 }] }, 'claim a.b = 1'],
    [{ confirmedBy: 'second' }, 'confirmed by second'],
    [{ scopes: ['a'], confirmedBy: 'second' }, 'all of (scopes a; confirmed by second)'],
    [
      { anyOf: [{ scopes: ['a'] }, { scopes: ['b'], claims: [{ claim: 'c', equals: true }] }] },
      'any of (scopes a; all of (scopes b; claim c = true))',
    ],
    [{ scopes: ['a'], override: true }, 'scopes a (override)'],
    [{ scopes: ['a'], dryRunUntil: inDays(3) }, `scopes a (dry run until ${inDays(3)})`],
  ])('%j is %s', async (rule, expected) => {
    expect(await ruleOf(rule)).toBe(expected);
  });

  it.each<readonly [string, unknown, string]>([
    ['an unknown word', 'pubic', 'unknown rule; did you mean "public"?'],
    [
      'nothing',
      null,
      'expected public, anonymous, authenticated, deny, or conditions such as { scopes: [...] }, received null',
    ],
    ['no condition', {}, 'expected at least one condition'],
    ['an override of nothing', { override: true }, 'expected at least one condition'],
    [
      'an alternative without a condition',
      { anyOf: [{}] },
      'anyOf[0]: expected at least one condition',
    ],
    [
      'no scope',
      { scopes: [] },
      'scopes: expected a list of at least 1 item, received a list of 0',
    ],
    ['two scopes in one', { scopes: ['a b'] }, 'scopes: expected one scope per parameter'],
    [
      'override: false',
      { scopes: ['a'], override: false },
      'override: expected true, received false',
    ],
    [
      'a day that is none',
      { scopes: ['a'], dryRunUntil: '2026-02-31' },
      'option "until"'.replace('option "until"', 'until'),
    ],
    [
      'a day too far ahead',
      { scopes: ['a'], dryRunUntil: inDays(40) },
      'a date at most 30 days ahead',
    ],
    [
      'a confirmation by an unknown authenticator',
      { confirmedBy: 'secnd' },
      'confirmedBy: unknown authenticator; did you mean "second"?',
    ],
  ])('that is wrong is reported: %s', async (_, rule, expected) => {
    const config = { ...AUTHENTICATORS, policy: { rules: { 'a.B/C': rule } } };
    const message = await messageOf(load({ config }));
    expect(message).toContain('policy.rules["a.B/C"]');
    expect(message).toContain(expected);
  });
});

describe('a policy', () => {
  const services = [{ Get: { path: '/a.B/Get' }, Set: { path: '/a.B/Set' } }];

  it('denies what no rule names, unless it says otherwise', async () => {
    const policy = { rules: { 'a.B/Get': 'authenticated' } };
    const { auth } = await load({ config: { ...AUTHENTICATORS, policy } });
    expect(auth.policy.ruleFor('/a.B/Set').description).toBe('denied');
    const open = { ...policy, otherwise: 'authenticated' };
    const { auth: other } = await load(
      { config: { ...AUTHENTICATORS, policy: open } },
      { services },
    );
    expect(other.policy.ruleFor('/a.B/Set').description).toBe('authenticated');
  });

  it.each<readonly [string, object, object, string]>([
    [
      'an unknown method',
      { rules: { 'a.B/Gte': 'public', 'a.B/*': 'deny' } },
      { services },
      'policy.rules["a.B/Gte"]: there is no such method; did you mean "a.B/Get"?',
    ],
    [
      'a method without a rule',
      { rules: { 'a.B/Get': 'public' } },
      { services },
      'policy: a.B/Set: no rule names this method',
    ],
    [
      'an open otherwise without services',
      { otherwise: 'authenticated', rules: {} },
      {},
      'policy.otherwise: expected deny where no services are given',
    ],
    ['no rules', {}, {}, 'policy.rules: expected an object, received nothing'],
  ])('that is wrong is reported: %s', async (_, policy, options, expected) => {
    expect(await messageOf(load({ config: { ...AUTHENTICATORS, policy } }, options))).toContain(
      expected,
    );
  });

  it('is not needed: then every method needs a verified caller', async () => {
    const { auth } = await load({ config: AUTHENTICATORS });
    expect(auth.policy.ruleFor('/any.Thing/AtAll').description).toBe('authenticated');
  });
});
