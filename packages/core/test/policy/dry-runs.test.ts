import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Authenticator } from '../../src/contract/authenticator.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { ConfigError } from '../../src/errors/config-error.ts';
import { createAuthInterceptor } from '../../src/grpc/create-auth-interceptor.ts';
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
import { ask, caller, SecondOpinion } from '../support/asked-rule.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const DAY_MS = 86_400_000;
const until = '2023-11-20';
const principal = caller();

/** A clock this many milliseconds before the dry run ends. */
function clockBeforeEnd(ms: number): ManualClock {
  const clock = new ManualClock();
  clock.advance(Date.parse('2023-11-20T00:00:00Z') - ms - clock.nowMs());
  return clock;
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a dry run', () => {
  const rules: readonly (readonly [string, Rule])[] = [
    ['scope', requireScopes('a')],
    ['scope', requireAnyScope('a', 'b')],
    ['claim', requireClaim('team', 'x')],
    ['scope', requireAll(requireScopes('a'), requireClaim('team', 'x'))],
    ['claim', requireAny(requireScopes('a'), requireClaim('team', 'x'))],
  ];

  it.each(rules)('allows a verified caller, and reports (%s): $description', (reason, rule) => {
    const { decided, reported } = ask(dryRun(rule, { until }), {
      principal,
      clock: clockBeforeEnd(1),
    });
    expect(decided).toBe(principal);
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatchObject({ code: 'permission_denied', reason });
  });

  it.each(rules)('ends on its date, by the configured clock (%s)', (reason, rule) => {
    for (const lateMs of [0, 1, 365 * DAY_MS]) {
      const { decided, reported } = ask(dryRun(rule, { until }), {
        principal,
        clock: clockBeforeEnd(-lateMs),
      });
      expect(decided).toMatchObject({ code: 'permission_denied', reason });
      expect(reported).toEqual([]);
    }
  });

  it('does not report callers that the rule allows', () => {
    const good = caller({ scopes: ['a'] });
    const rule = dryRun(requireScopes('a'), { until });
    for (const clock of [clockBeforeEnd(1), clockBeforeEnd(0)]) {
      const { decided, reported } = ask(rule, { principal: good, clock });
      expect(decided).toBe(good);
      expect(reported).toEqual([]);
    }
  });

  it('does not cover authentication: unverified callers are rejected', () => {
    const rule = dryRun(requireScopes('a'), { until });
    const clock = clockBeforeEnd(1);
    expect(ask(rule, { clock, credentials: undefined })).toMatchObject({
      decided: { code: 'missing_credentials' },
      reported: [],
    });
    for (const error of [
      new AuthError('invalid_token', 'signature'),
      new AuthError('unavailable', 'jwks'),
      new AuthError('internal', 'bug'),
    ]) {
      const authenticator = stubAuthenticator(() => error);
      expect(ask(rule, { clock, authenticator })).toEqual({ decided: error, reported: [] });
    }
  });

  it('covers confirmedBy(): a refusal and an outage', async () => {
    for (const [answer, reported] of [
      [new AuthError('invalid_token', 'inactive'), { reason: 'unconfirmed' }],
      [caller({ subject: 'mallory' }), { reason: 'unconfirmed' }],
      [new AuthError('unavailable', 'introspection'), { code: 'unavailable' }],
    ] as const) {
      const rule = dryRun(confirmedBy(new SecondOpinion(async () => answer)), { until });
      const dry = ask(rule, { principal, clock: clockBeforeEnd(1) });
      expect(await dry.decided).toBe(principal);
      expect(dry.reported).toHaveLength(1);
      expect(dry.reported[0]).toMatchObject(reported);
      const over = ask(rule, { principal, clock: clockBeforeEnd(0) });
      expect(await over.decided).toMatchObject(reported);
      expect(over.reported).toEqual([]);
    }
  });

  it('covers a rule that throws: it reports a bug, and rejects nobody', () => {
    const fault = new Error('boom');
    const throwing = requireClaim('team', () => {
      throw fault;
    });
    for (const rule of [throwing, requireAll(requireScopes('x'), throwing)]) {
      const good = caller({ scopes: ['x'] });
      const dry = ask(dryRun(rule, { until }), { principal: good, clock: clockBeforeEnd(1) });
      expect(dry.decided).toBe(good);
      expect(dry.reported).toHaveLength(1);
      expect(dry.reported[0]).toMatchObject({ code: 'internal', reason: 'bug', cause: fault });
      const over = ask(dryRun(rule, { until }), { principal: good, clock: clockBeforeEnd(0) });
      expect(over.decided).toMatchObject({ code: 'internal', reason: 'bug' });
    }
  });

  it('covers a confirming authenticator that fails, at once or later', async () => {
    for (const answer of [
      () => {
        throw new Error('boom');
      },
      async () => {
        throw new Error('boom');
      },
      () => undefined,
    ]) {
      const rule = dryRun(confirmedBy(new SecondOpinion(answer)), { until });
      const dry = ask(rule, { principal, clock: clockBeforeEnd(1) });
      expect(await dry.decided).toBe(principal);
      expect(dry.reported).toHaveLength(1);
      expect(dry.reported[0]).toMatchObject({ code: 'internal', reason: 'bug' });
    }
  });

  it('covers a confirming authenticator that never answers: it waits for the time limit, and rejects nobody', async () => {
    const signals: AbortSignal[] = [];
    const never: Authenticator<object> = {
      name: 'never',
      authenticate: (_credentials, { signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    };
    const clock = clockBeforeEnd(60_000);
    const dry = ask(dryRun(confirmedBy(never), { until }), { principal, clock });
    clock.advance(10_000);
    expect(await dry.decided).toBe(principal);
    expect(dry.reported).toHaveLength(1);
    expect(dry.reported[0]).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('that has ended covers nothing: a confirming authenticator that never answers rejects', async () => {
    const never = new SecondOpinion(() => new Promise(() => undefined));
    const clock = clockBeforeEnd(0);
    const over = ask(dryRun(confirmedBy(never), { until }), { principal, clock });
    clock.advance(10_000);
    expect(await over.decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(over.reported).toEqual([]);
  });

  it('rejects callers that were not verified in time', async () => {
    const authenticator = stubAuthenticator(() => new Promise(() => undefined));
    const clock = clockBeforeEnd(60_000);
    const rule = dryRun(requireScopes('a'), { until });
    const dry = ask(rule, { authenticator, clock });
    clock.advance(10_000);
    expect(await dry.decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(dry.reported).toEqual([]);
  });

  it('works inside an override', () => {
    const rule = override(dryRun(requireScopes('a'), { until }));
    const dry = ask(rule, { principal, clock: clockBeforeEnd(1) });
    expect(dry.decided).toBe(principal);
    expect(dry.reported).toHaveLength(1);
    expect(ask(rule, { principal, clock: clockBeforeEnd(0) }).decided).toMatchObject({
      reason: 'scope',
    });
  });

  it.each<readonly [string, Rule]>([
    ['denyAll()', denyAll()],
    ['authenticated()', authenticated()],
    ['allowAnonymous()', allowAnonymous()],
    ['publicMethod()', publicMethod()],
    ['override()', override(requireScopes('a'))],
    ['override(denyAll())', override(denyAll())],
    ['dryRun()', dryRun(requireScopes('a'), { until })],
  ])('of %s is a ConfigError', (_what, rule) => {
    expect(() => dryRun(rule, { until })).toThrow(ConfigError);
  });

  it('is a ConfigError as `otherwise`', () => {
    const services = [{ List: { path: '/orders.v1.Orders/List' } }];
    for (const rule of [
      dryRun(requireScopes('a'), { until }),
      override(dryRun(requireScopes('a'), { until })),
    ]) {
      expect(() => definePolicy({ services, rules: {}, otherwise: rule })).toThrow('otherwise');
    }
  });
});

describe('the date of a dry run', () => {
  const rule = requireScopes('a');

  it.each([
    undefined,
    null,
    '',
    'soon',
    '2026-13-01',
    '2026-00-01',
    '2026-01-00',
    '2026-01-32',
    '2026-1-1',
    '01-01-2026',
    '2026-01-01T00:00:00Z',
    '2026-01-01 ',
    '2026-01-01\n',
    20_260_101,
    new Date(0),
  ])('is a ConfigError if it does not exist: %j', (wrong) => {
    vi.useFakeTimers({ now: Date.parse('2025-12-20T00:00:00Z') });
    const run = () => dryRun(rule, { until: wrong as string });
    expect(run).toThrow(ConfigError);
    expect(run).toThrow(/^until: expected a date/);
  });

  it('is at most 30 days ahead', () => {
    vi.useFakeTimers({ now: Date.parse('2025-12-02T12:00:00Z') });
    expect(dryRun(rule, { until: '2026-01-01' }).description).toContain('2026-01-01');
    for (const far of ['2026-01-02', '2026-06-01', '9999-12-31']) {
      expect(() => dryRun(rule, { until: far })).toThrow('at most 30 days ahead');
    }
  });

  it('may be in the past: then the rule applies', () => {
    const over = dryRun(rule, { until: '2023-11-14' });
    expect(ask(over, { principal, clock: new ManualClock() }).decided).toMatchObject({
      reason: 'scope',
    });
  });
});

describe('the start of a server with a dry run', () => {
  it('warns of each method that it covers, and of no other', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const policy = definePolicy({
      rules: {
        'orders.v1.Orders/List': dryRun(requireScopes('a'), { until }),
        'orders.v1.Billing/*': dryRun(requireScopes('b'), { until }),
        'orders.v1.Orders/Get': requireScopes('a'),
      },
    });
    const start = () =>
      createAuthInterceptor({ authenticator: stubAuthenticator(() => 0), policy });
    start();
    const reported = [
      [`orders.v1.Orders/List: scopes a (dry run until ${until})`, { code: 'GRPC_AUTHN_DRY_RUN' }],
      [`orders.v1.Billing/*: scopes b (dry run until ${until})`, { code: 'GRPC_AUTHN_DRY_RUN' }],
    ];
    expect(warn.mock.calls).toEqual(reported);
    // At each start, not only at the first.
    start();
    expect(warn.mock.calls).toEqual([...reported, ...reported]);
  });
});
