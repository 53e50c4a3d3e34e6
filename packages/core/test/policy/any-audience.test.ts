import { describe, expect, it } from 'vitest';
import { anyOf } from '../../src/compose/any-of.ts';
import { cached } from '../../src/compose/cached.ts';
import type { Authenticator } from '../../src/contract/authenticator.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { createGate } from '../support/gate.ts';
import { createAuthInterceptor } from '../../src/grpc/create-auth-interceptor.ts';
import { type Policy } from '../../src/policy/checked-policy.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import type { Rule } from '../../src/policy/rule.ts';
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
import { healthChecks } from '../../src/policy/rules-for.ts';
import { caller, SecondOpinion } from '../support/asked-rule.ts';
import { Orders } from '../support/service-definitions.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

/** As introspection with `audience: 'any'` declares itself. */
function ofAnyAudience(): Authenticator<object> {
  return stubAuthenticator(() => caller(), {
    name: 'any',
    issuers: ['https://a'],
    traits: { opaqueTokens: true, anyAudience: true },
  });
}
const other = stubAuthenticator(() => caller(), { name: 'other', issuers: ['https://b'] });
const second = new SecondOpinion(() => caller());

const policyWith = (rule: Rule): Policy =>
  definePolicy({ rules: { 'orders.v1.Orders/List': rule } });

describe('an authenticator that accepts tokens of any audience', () => {
  it('is a ConfigError without a policy', () => {
    for (const authenticator of [
      ofAnyAudience(),
      cached(ofAnyAudience()),
      anyOf(other, ofAnyAudience()),
    ]) {
      expect(() => createAuthInterceptor({ authenticator })).toThrow(ConfigError);
      expect(() => createGate({ authenticator })).toThrow("audience: 'any'");
    }
    expect(() => createAuthInterceptor({ authenticator: other })).not.toThrow();
  });

  it('is a ConfigError with a policy whose rules cannot be listed', () => {
    const policy: Policy = { ruleFor: () => requireScopes('a'), table: () => [] };
    expect(() => createGate({ authenticator: ofAnyAudience(), policy })).toThrow(ConfigError);
  });

  it.each<Rule>([
    requireScopes('a'),
    requireAnyScope('a', 'b'),
    requireAll(confirmedBy(second), requireScopes('a')),
    requireAny(requireScopes('a'), requireAnyScope('b')),
    requireAny(requireScopes('a'), requireAll(requireClaim('x', 1), requireScopes('b'))),
    override(requireScopes('a')),
    denyAll(),
    publicMethod(),
  ])('accepts a rule that requires scopes, or has no caller: $description', (rule) => {
    const policy = policyWith(rule);
    for (const authenticator of [ofAnyAudience(), cached(ofAnyAudience())]) {
      expect(() => createGate({ authenticator, policy })).not.toThrow();
    }
  });

  it.each<Rule>([
    authenticated(),
    allowAnonymous(),
    requireClaim('x', 1),
    confirmedBy(second),
    requireAll(requireClaim('x', 1), authenticated()),
    requireAny(requireScopes('a'), requireClaim('x', 1)),
    override(authenticated()),
    dryRun(requireScopes('a'), { until: '2020-01-01' }),
    override(dryRun(requireScopes('a'), { until: '2020-01-01' })),
  ])(
    'is a ConfigError that names the method if the rule requires no scope: $description',
    (rule) => {
      const policy = policyWith(rule);
      const start = () => createGate({ authenticator: ofAnyAudience(), policy });
      expect(start).toThrow(ConfigError);
      expect(start).toThrow('orders.v1.Orders/List');
      expect(() => createGate({ authenticator: other, policy })).not.toThrow();
    },
  );

  it('is a ConfigError if `otherwise` requires no scope', () => {
    const services = [Orders];
    const rules = { 'orders.v1.Orders/*': requireScopes('a'), ...healthChecks() };
    const open = definePolicy({ services, rules, otherwise: authenticated() });
    expect(() => createGate({ authenticator: ofAnyAudience(), policy: open })).toThrow(': *');
    const policy = definePolicy({ services, rules, otherwise: requireScopes('a') });
    expect(() => createGate({ authenticator: ofAnyAudience(), policy })).not.toThrow();
  });

  it('lists every rule that requires no scope', () => {
    const rules = {
      'a.B/C': authenticated(),
      'a.B/D': requireScopes('a'),
      'a.E/*': allowAnonymous(),
    };
    const start = () =>
      createGate({ authenticator: ofAnyAudience(), policy: definePolicy({ rules }) });
    expect(start).toThrow(/a\.B\/C, a\.E\/\*$/);
  });
});

describe('a policy', () => {
  it.each([null, 'public', {}, { table: () => [] }])('is a ConfigError as %j', (policy) => {
    expect(() => createGate({ authenticator: other, policy: policy as never })).toThrow('policy: ');
  });

  const context = { method: '/a.B/C', signal: new AbortController().signal };
  const credentials = { scheme: 'bearer', token: 'token' };
  it.each<readonly [string, () => unknown]>([
    ['undefined', () => undefined],
    ['what looks like a rule', () => ({ description: 'public' })],
    ['a copy of a rule', () => ({ ...publicMethod() })],
    ['a promise of a rule', () => Promise.resolve(publicMethod())],
    [
      'an error',
      () => {
        throw new Error('boom');
      },
    ],
  ])('denies if it is user-defined and returns %s', (_what, ruleFor) => {
    const policy = { ruleFor, table: () => [] } as unknown as Policy;
    const gate = createGate({ authenticator: other, policy });
    expect(gate(credentials, context)).toMatchObject({
      code: 'permission_denied',
      reason: 'denied',
    });
  });
});
