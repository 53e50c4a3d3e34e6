import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import { asksForScopes, implies } from '../../src/policy/implies.ts';
import { ruleNode, type Rule } from '../../src/policy/rule.ts';
import {
  allowAnonymous,
  authenticated,
  confirmedBy,
  denyAll,
  dryRun,
  override,
  publicMethod,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
} from '../../src/policy/rules.ts';
import { ask, caller } from '../support/asked-rule.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

/** The manual clock is at 2023-11-14, before this dry run ends. */
const until = '2023-11-20';
const isTrue = (value: unknown): boolean => value === true;
const isFalse = (value: unknown): boolean => value === false;

/** Confirms the callers that the test selects. */
const confirming = { first: false, second: false };
const first = stubAuthenticator(() => opinion(confirming.first), { name: 'first' });
const second = stubAuthenticator(() => opinion(confirming.second), { name: 'second' });

function opinion(good: boolean): unknown {
  return good ? caller() : new AuthError('invalid_token', 'inactive');
}

const scope = fc.constantFrom('a', 'b', 'c');
const scopes = fc.uniqueArray(scope, { minLength: 1, maxLength: 3 });
const claim = fc.constantFrom('x', 'y');

const simple: fc.Arbitrary<Rule> = fc.oneof(
  scopes.map(([head = '', ...tail]) => requireScopes(head, ...tail)),
  scopes.map(([head = '', ...tail]) => requireAnyScope(head, ...tail)),
  fc
    .record({ claim, expected: fc.constantFrom(true, false, null, isTrue, isFalse) })
    .map(({ claim: name, expected }) => requireClaim(name, expected)),
  claim.map((name) => requireClaim([name, 'inner'], true)),
  fc.constantFrom(confirmedBy(first), confirmedBy(second)),
);
type Rules = [Rule, ...Rule[]];
const listOf = (rule: fc.Arbitrary<Rule>): fc.Arbitrary<Rules> =>
  fc.array(rule, { minLength: 1, maxLength: 3 }) as fc.Arbitrary<Rules>;
/** `asking` rules can be part of requireAny: they require more than a verified caller. */
const { part, asking } = fc.letrec<{ part: Rule; asking: Rule }>((tie) => ({
  asking: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple,
    fc.tuple(simple, listOf(tie('part'))).map(([one, more]) => requireAll(one, ...more)),
    listOf(tie('asking')).map((of) => requireAny(...of)),
  ),
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple,
    fc.constant(authenticated()),
    listOf(tie('part')).map((of) => requireAll(...of)),
    listOf(tie('asking')).map((of) => requireAny(...of)),
  ),
}));
const whole: fc.Arbitrary<Rule> = fc.oneof(
  part,
  part,
  fc.constantFrom(publicMethod(), allowAnonymous(), authenticated(), denyAll()),
  part.map((rule) => override(rule)),
  simple.map((rule) => dryRun(rule, { until })),
  simple.map((rule) => override(dryRun(rule, { until }))),
);

interface Someone {
  readonly sends: 'nothing' | 'bad' | 'good';
  readonly scopes: readonly string[];
  readonly claims: object;
  readonly confirmed: typeof confirming;
}
const value = fc.constantFrom(true, false, null, [true, false], { inner: true });
const someone: fc.Arbitrary<Someone> = fc.record({
  sends: fc.constantFrom('nothing', 'bad', 'good', 'good', 'good', 'good'),
  scopes: fc.subarray(['a', 'b', 'c']),
  claims: fc.record({ x: value, y: value }, { requiredKeys: [] }),
  confirmed: fc.record({ first: fc.boolean(), second: fc.boolean() }),
});

async function passes(rule: Rule, who: Someone): Promise<boolean> {
  Object.assign(confirming, who.confirmed);
  const principal = caller({ scopes: who.scopes, claims: who.claims });
  const bad = new AuthError('invalid_token', 'signature');
  const authenticator = stubAuthenticator(() => (who.sends === 'bad' ? bad : principal));
  const asked = ask(rule, {
    authenticator,
    clock: new ManualClock(),
    ...(who.sends === 'nothing' ? { credentials: undefined } : {}),
  });
  return !AuthError.is(await asked.decided);
}

const entails = (rule: Rule, other: Rule) => implies(ruleNode(rule, ''), ruleNode(other, ''));

describe('a rule that implies another', () => {
  it('allows no caller that the other one rejects', async () => {
    await fc.assert(
      fc.asyncProperty(whole, whole, fc.array(someone, { minLength: 20 }), async (a, b, crowd) => {
        fc.pre(entails(a, b));
        for (const who of crowd) {
          if (await passes(a, who)) expect(await passes(b, who)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is recognized: itself, a stricter one, a part of it', () => {
    fc.assert(
      fc.property(part, part, asking, asking, (a, b, c, d) => {
        expect(entails(requireAll(a, b), requireAll(a, b))).toBe(true);
        expect(entails(requireAll(a, b), requireAll(b, a))).toBe(true);
        expect(entails(requireAny(c, d), requireAny(d, c))).toBe(true);
        expect(entails(c, requireAny(d, c))).toBe(true);
        expect(entails(requireAll(b, a), a)).toBe(true);
        expect(entails(denyAll(), a)).toBe(true);
        expect(entails(a, authenticated())).toBe(true);
        expect(entails(a, allowAnonymous())).toBe(true);
        expect(entails(a, publicMethod())).toBe(true);
        expect(entails(override(a), a)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each<readonly [Rule, Rule]>([
    [requireScopes('a', 'b'), requireScopes('a')],
    [requireScopes('a', 'b'), requireScopes('b', 'a')],
    [requireScopes('a'), requireAnyScope('a', 'b')],
    [requireAnyScope('a'), requireScopes('a')],
    [requireAnyScope('a'), requireAnyScope('a', 'b')],
    [requireAll(requireScopes('a'), requireScopes('b')), requireScopes('a', 'b')],
    [requireScopes('a', 'b'), requireAll(requireScopes('a'), requireAnyScope('b', 'c'))],
    [requireAny(requireScopes('a'), requireScopes('b')), requireAnyScope('a', 'b', 'c')],
    [requireAll(requireScopes('a'), confirmedBy(first)), confirmedBy(first)],
    [requireClaim('x', { a: [1] }), requireClaim(['x'], { a: [1] })],
    [dryRun(requireScopes('a'), { until }), authenticated()],
  ])('is recognized: "$description" …', (rule, other) => {
    expect(entails(rule, other)).toBe(true);
  });

  it.each<readonly [Rule, Rule]>([
    [requireScopes('a'), requireScopes('a', 'b')],
    [requireAnyScope('a', 'b'), requireScopes('a')],
    [requireAnyScope('a', 'b'), requireAnyScope('a')],
    [requireAny(requireScopes('a'), requireScopes('b')), requireScopes('a')],
    [authenticated(), requireScopes('a')],
    [allowAnonymous(), authenticated()],
    [publicMethod(), allowAnonymous()],
    [publicMethod(), authenticated()],
    [authenticated(), denyAll()],
    [requireScopes('a'), denyAll()],
    [requireClaim('x', 1), requireClaim('x', 2)],
    [requireClaim('x', 1), requireClaim('y', 1)],
    [requireClaim('x', isTrue), requireClaim('x', isFalse)],
    [requireClaim('x.y', 1), requireClaim(['x', 'y'], 1)],
    [requireClaim('x', 1), requireScopes('a')],
    [confirmedBy(first), confirmedBy(second)],
    [confirmedBy(first), requireScopes('a')],
    [requireScopes('a'), confirmedBy(first)],
    [override(publicMethod()), authenticated()],
    [override(dryRun(requireScopes('a'), { until })), requireScopes('a')],
    // A dry run requires only a verified caller.
    [dryRun(requireScopes('a'), { until }), requireScopes('a')],
  ])('is not one: "$description" …', (rule, other) => {
    expect(entails(rule, other)).toBe(false);
  });
});

describe('a rule that requires scopes', () => {
  it('rejects callers without scopes', async () => {
    const nobody = fc.record({
      sends: fc.constantFrom('nothing', 'bad', 'good'),
      scopes: fc.constant([]),
      claims: fc.record({ x: value, y: value }, { requiredKeys: [] }),
      confirmed: fc.record({ first: fc.boolean(), second: fc.boolean() }),
    }) as fc.Arbitrary<Someone>;
    const rule = whole.filter((each) => ruleNode(each, '').kind !== 'public');
    await fc.assert(
      fc.asyncProperty(rule, nobody, async (each, who) => {
        fc.pre(asksForScopes(ruleNode(each, '')));
        expect(await passes(each, who)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
