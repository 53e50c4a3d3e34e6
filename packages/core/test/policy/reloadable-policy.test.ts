import { describe, expect, it, vi } from 'vitest';
import { reportDryRuns } from '../../src/gate/check-policy.ts';
import { type Policy, rulesOf } from '../../src/policy/checked-policy.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { anyCallerPolicy, reloadablePolicy } from '../../src/policy/reloadable-policy.ts';
import {
  authenticated,
  denyAll,
  dryRun,
  publicMethod,
  requireScopes,
} from '../../src/policy/rules.ts';
import { weakenedMethods } from '../../src/policy/weakened-methods.ts';

const before = definePolicy({ rules: { 'a.B/C': requireScopes('a') } });
const after = definePolicy({ rules: { 'a.B/C': publicMethod(), 'a.B/*': requireScopes('b') } });

describe('a policy that follows reloads', () => {
  it('answers every question with the current policy', () => {
    let current: Policy = before;
    const policy = reloadablePolicy(() => current);
    for (const one of [before, after]) {
      current = one;
      expect(policy.ruleFor('/a.B/C')).toBe(one.ruleFor('/a.B/C'));
      expect(policy.ruleFor('/a.B/D')).toBe(one.ruleFor('/a.B/D'));
      expect(policy.table()).toEqual(one.table());
      expect(rulesOf(policy)).toEqual(rulesOf(one));
    }
  });

  it('can be compared with another one', () => {
    expect(
      weakenedMethods(
        reloadablePolicy(() => before),
        after,
      ),
    ).toEqual(['a.B/C', 'a.B/*']);
    expect(
      weakenedMethods(
        after,
        reloadablePolicy(() => before),
      ),
    ).toEqual([]);
  });

  it('warns of the dry runs of the current policy', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const until = '2023-11-20';
    const dry = definePolicy({ rules: { 'a.B/C': dryRun(requireScopes('a'), { until }) } });
    reportDryRuns(reloadablePolicy(() => dry));
    reportDryRuns(reloadablePolicy(() => before));
    expect(warn.mock.calls).toEqual([
      [`a.B/C: scopes a (dry run until ${until})`, { code: 'GRPC_AUTHN_DRY_RUN' }],
    ]);
    warn.mockRestore();
  });

  it('lists no rules of a policy that definePolicy did not make', () => {
    const foreign: Policy = { ruleFor: () => denyAll(), table: () => [] };
    expect(rulesOf(foreign)).toBeUndefined();
    expect(rulesOf(reloadablePolicy(() => foreign))).toBeUndefined();
  });
});

describe('the policy for servers without one', () => {
  it('needs a verified caller for every method, as no policy does', () => {
    const policy = anyCallerPolicy();
    expect(policy.ruleFor('/a.B/C')).toBe(authenticated());
    expect(policy.table()).toEqual([{ method: '*', rule: 'authenticated', source: 'otherwise' }]);
    expect(weakenedMethods(undefined, policy)).toEqual([]);
    expect(weakenedMethods(policy, undefined)).toEqual([]);
    expect(weakenedMethods(before, policy)).toEqual(['a.B/C', '*']);
  });
});
