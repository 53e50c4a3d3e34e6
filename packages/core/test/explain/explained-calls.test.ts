import { describe, expect, it } from 'vitest';
import {
  allowAnonymous,
  anyOf,
  type Authenticator,
  AuthError,
  authenticated,
  bearerFromHeader,
  cached,
  type CheckName,
  confirmedBy,
  ConfigError,
  createPrincipal,
  type Credentials,
  definePolicy,
  denyAll,
  explain,
  type Explanation,
  type ExplainOptions,
  publicMethod,
  requireClaim,
  requireScopes,
  type Rule,
} from '../../src/authenticator.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from '../support/stub-authenticator.ts';

const BEARER: Credentials = { scheme: 'bearer', token: 'a-token-of-a-test' };
const METHOD = '/a.B/M';

const accepting = stubAuthenticator(() =>
  createPrincipal({ authenticator: 'stub', subject: 'alice', scopes: ['read'] }),
);
const refusing = stubAuthenticator(() => new AuthError('invalid_token', 'inactive'));

function under(rule: Rule): ExplainOptions {
  return { method: METHOD, policy: definePolicy({ 'a.B/M': rule }) };
}

/** 'check: result' of each step. */
function results({ steps }: Explanation): readonly string[] {
  return steps.map(({ check, result }) => `${check}: ${result}`);
}

describe('an explanation', () => {
  it('of an authenticator that reports no checks shows those of the gate', async () => {
    expect(results(await explain(accepting, BEARER))).toEqual([
      'credentials: passed',
      'binding: passed',
    ]);
  });

  it('shows the check of a refusal that the authenticator does not report', async () => {
    const { outcome, error, steps } = await explain(refusing, BEARER);
    expect(outcome).toBe('refused');
    expect(error?.reason).toBe('inactive');
    expect(steps).toContainEqual({
      check: 'introspection',
      result: 'failed',
      authenticator: 'stub',
      received: 'invalid_token/inactive',
    });
  });

  it.each<[string, Credentials | undefined, string, string]>([
    ['none', undefined, 'none', 'absent'],
    ['another scheme', { scheme: 'basic', token: 'x' }, 'the scheme basic', 'other_scheme'],
  ])('shows what is wrong with the credentials: %s', async (_, credentials, received, reason) => {
    const { outcome, error, steps } = await explain(accepting, credentials);
    expect(outcome).toBe('refused');
    expect(error?.reason).toBe(reason);
    expect(steps).toEqual([
      {
        check: 'credentials',
        result: 'failed',
        authenticator: 'stub',
        expected: 'credentials of the scheme bearer',
        received,
        hint: expect.stringMatching(/^send /),
      },
    ]);
  });

  it.each<[string, string, string, string]>([
    ['two tokens', 'Bearer a b', 'a token of letters, digits and -._~+/=', 'other characters'],
    ['a list', 'Bearer a,b', 'one token', 'several values, or a comma'],
    ['a scheme', 'Basic eHg6eXk=', 'credentials of the scheme bearer', 'another scheme'],
  ])('shows what is wrong with a header: %s', async (_, header, expected, received) => {
    const { steps } = await explain(accepting, bearerFromHeader(header));
    const hint = expect.stringMatching(/^send /);
    expect(steps).toEqual([
      { check: 'credentials', result: 'failed', authenticator: 'stub', expected, received, hint },
    ]);
  });

  it('names the size of a token that is too large', async () => {
    const tooLarge = bearerFromHeader('Bearer 123456789', { maxTokenBytes: 5 });
    const { steps } = await explain(accepting, tooLarge);
    expect(steps[0]).toMatchObject({
      expected: 'a token of at most 5 bytes',
      received: '9 bytes',
      hint: expect.stringContaining('maxTokenBytes'),
    });
  });

  it.each<[string, Rule, string, readonly string[]]>([
    ['a public method', publicMethod(), 'allowed', ['credentials: not_reached', 'rule: passed']],
    ['a denied one', denyAll(), 'refused', ['credentials: not_reached', 'rule: failed']],
    ['an open one', allowAnonymous(), 'allowed', ['credentials: not_reached', 'rule: passed']],
  ])('of a caller without credentials shows the rule of %s', async (_, rule, outcome, shown) => {
    const explanation = await explain(accepting, undefined, under(rule));
    expect(explanation.outcome).toBe(outcome);
    expect(explanation.principal).toBeUndefined();
    expect(results(explanation)).toEqual(shown);
  });

  it('shows the value of the claim that a rule requires', async () => {
    const claims = { realm_access: { roles: ['user'] }, 'a.b': 'x' };
    const caller = stubAuthenticator(() => createPrincipal({ authenticator: 'stub', claims }));
    const nested = await explain(
      caller,
      BEARER,
      under(requireClaim(['realm_access', 'roles'], 'admin')),
    );
    expect(nested.steps.at(-1)).toMatchObject({
      check: 'rule',
      result: 'failed',
      received: 'realm_access.roles = ["user"]',
    });
    const dotted = await explain(caller, BEARER, under(requireClaim('a.b', 'y')));
    expect(dotted.steps.at(-1)?.received).toBe('a.b = "x"');
    const absent = await explain(caller, BEARER, under(requireClaim('c', 'y')));
    expect(absent.steps.at(-1)?.received).toBe('no claim c');
  });

  it('does not reach the rule where the token is refused', async () => {
    const explanation = await explain(refusing, BEARER, under(requireScopes('read')));
    expect(results(explanation)).toEqual([
      'credentials: passed',
      'introspection: failed',
      'binding: not_reached',
      'rule: not_reached',
    ]);
  });

  it('refuses a token that is bound to a key, and says so', async () => {
    const bound = stubAuthenticator(() =>
      createPrincipal({ authenticator: 'stub', confirmation: { jkt: 'x' } }),
    );
    const explanation = await explain(bound, BEARER);
    expect(explanation.error?.reason).toBe('binding');
    expect(results(explanation)).toEqual(['credentials: passed', 'binding: failed']);
  });

  it('shows the checks of confirmedBy() before the rule', async () => {
    const by = stubAuthenticator(
      (_, { trace }) => {
        trace?.({ check: 'introspection', result: 'failed', authenticator: 'second' });
        return new AuthError('invalid_token', 'inactive');
      },
      { name: 'second' },
    );
    const explanation = await explain(accepting, BEARER, under(confirmedBy(by)));
    expect(explanation.error?.reason).toBe('unconfirmed');
    expect(results(explanation)).toEqual([
      'credentials: passed',
      'binding: passed',
      'introspection: failed',
      'rule: failed',
    ]);
  });

  it('asks past a cache, and leaves nothing in it', async () => {
    let asked = 0;
    const counting = stubAuthenticator(() => {
      asked += 1;
      return createPrincipal({ authenticator: 'stub' });
    });
    const authenticator = cached(counting);
    const context = { method: METHOD, signal: new AbortController().signal };
    await explain(authenticator, BEARER);
    await authenticator.authenticate(BEARER, context);
    await authenticator.authenticate(BEARER, context);
    expect(asked).toBe(2);
    await explain(authenticator, BEARER);
    expect(asked).toBe(3);
  });

  it('asks past a verification that other calls wait for', async () => {
    const open = new OpenVerdict();
    let asked = 0;
    const slow = stubAuthenticator(() => {
      asked += 1;
      return asked === 1 ? open.promise : createPrincipal({ authenticator: 'stub' });
    });
    const authenticator = cached(slow);
    const context = { method: METHOD, signal: new AbortController().signal };
    const waiting = authenticator.authenticate(BEARER, context);
    expect((await explain(authenticator, BEARER)).outcome).toBe('allowed');
    open.resolve(new AuthError('unavailable', 'provider'));
    await waiting;
  });

  it('shows which authenticator has decided, and which were passed over', async () => {
    const other = (name: string, schemes: readonly string[]): Authenticator<object> =>
      stubAuthenticator(() => createPrincipal({ authenticator: name }), {
        name,
        schemes,
        issuers: [`https://${name}.example`],
      });
    const any = anyOf(
      other('dpop', ['dpop']),
      other('first', ['bearer']),
      other('last', ['bearer']),
    );
    const { steps } = await explain(any, BEARER);
    expect(steps).toContainEqual({
      check: 'credentials',
      result: 'failed',
      authenticator: 'dpop',
      expected: 'the scheme dpop',
      received: 'the scheme bearer',
      hint: expect.stringContaining('dpop'),
    });
    expect(steps).toContainEqual({
      check: 'format',
      result: 'not_reached',
      authenticator: 'last',
      received: '"first" has decided',
    });
  });
});

describe('an explanation of what fails', () => {
  it('is unavailable when the authenticator does not answer in time', async () => {
    const clock = new ManualClock();
    const asked = explain(
      stubAuthenticator(() => new OpenVerdict().promise),
      BEARER,
      { clock, ...under(authenticated()) },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(10_000);
    const explanation = await asked;
    expect(explanation.outcome).toBe('unavailable');
    expect(results(explanation)).toEqual([
      'credentials: passed',
      'introspection: failed',
      'binding: not_reached',
      'rule: not_reached',
    ]);
  });

  it('ends after `timeoutMs`', async () => {
    const clock = new ManualClock();
    const open = new OpenVerdict();
    const asked = explain(
      stubAuthenticator(() => open.promise),
      BEARER,
      { clock, timeoutMs: 30_000 },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(29_999);
    open.resolve(createPrincipal({ authenticator: 'stub' }));
    expect((await asked).outcome).toBe('allowed');
    const late = explain(
      stubAuthenticator(() => new OpenVerdict().promise),
      BEARER,
      { clock, timeoutMs: 40 },
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(40);
    expect((await late).error?.reason).toBe('timeout');
  });

  it.each<[string, readonly CheckName[], CheckName, RegExp]>([
    ['keys', ['format', 'issuer'], 'key', /did not send its keys in time.+grpc-authn check FILE/],
    [
      'an answer',
      ['format'],
      'introspection',
      /did not answer about the token in time.+check FILE/,
    ],
  ])(
    'shows who waits for %s of a provider that hangs, and what to do',
    async (_, reported, check, hint) => {
      const hanging = stubAuthenticator(
        (_credentials, { trace }) => {
          for (const passed of reported) {
            trace?.({ check: passed, result: 'passed', authenticator: 'hanging' });
          }
          trace?.({ check: 'format', result: 'not_reached', authenticator: 'other' });
          return new OpenVerdict().promise;
        },
        { name: 'composition' },
      );
      const { outcome, steps } = await explain(hanging, BEARER, { timeoutMs: 20 });
      expect(outcome).toBe('unavailable');
      expect(steps.filter(({ result }) => result === 'failed')).toEqual([
        {
          check,
          result: 'failed',
          authenticator: 'hanging',
          expected: 'an answer from the provider in time',
          received: 'none (unavailable/timeout)',
          hint: expect.stringMatching(hint),
        },
      ]);
    },
  );

  it('shows an authenticator that reports nothing, and hangs after another one', async () => {
    const silent = stubAuthenticator(
      (_, { trace }) => {
        trace?.({ check: 'issuer', result: 'failed', authenticator: 'first' });
        trace?.({ check: 'key', result: 'not_reached', authenticator: 'first' });
        return new OpenVerdict().promise;
      },
      { issuers: ['https://id.example'] },
    );
    const { steps } = await explain(silent, BEARER, { timeoutMs: 20 });
    expect(steps).toContainEqual(
      expect.objectContaining({ check: 'key', result: 'failed', authenticator: 'stub' }),
    );
  });

  it('shows that the confirmation of a rule does not answer in time', async () => {
    const by = stubAuthenticator(() => new OpenVerdict().promise, { name: 'second' });
    const options = { ...under(confirmedBy(by)), timeoutMs: 20 };
    const { outcome, steps } = await explain(accepting, BEARER, options);
    expect(outcome).toBe('unavailable');
    expect(steps.at(-1)).toMatchObject({
      check: 'rule',
      result: 'failed',
      received: 'unavailable/timeout',
      hint: expect.stringMatching(/confirms the caller.+grpc-authn check FILE/),
    });
  });

  it('is unavailable when it is aborted, before or meanwhile', async () => {
    const never = stubAuthenticator(() => new OpenVerdict().promise);
    const before = await explain(never, BEARER, { signal: AbortSignal.abort() });
    expect(before.outcome).toBe('unavailable');
    const ending = new AbortController();
    const asked = explain(never, BEARER, { signal: ending.signal });
    setTimeout(() => ending.abort(), 50);
    expect((await asked).outcome).toBe('unavailable');
  });

  it('names the cause of an outage', async () => {
    const cause = new Error('GET https://id.example/jwks: answered 500');
    const down = stubAuthenticator(() => new AuthError('unavailable', 'jwks', { cause }), {
      issuers: ['https://id.example'],
    });
    const { outcome, steps } = await explain(down, BEARER);
    expect(outcome).toBe('unavailable');
    expect(steps[1]).toMatchObject({
      check: 'key',
      result: 'failed',
      received: `unavailable/jwks: ${cause.message}`,
    });
  });

  it('is internal for an authenticator that throws, and shows nothing of the error', async () => {
    const { outcome, steps } = await explain(
      stubAuthenticator(() => {
        throw new Error('canary of a bug');
      }),
      BEARER,
    );
    expect(outcome).toBe('internal');
    expect(JSON.stringify(steps)).not.toContain('canary');
  });

  it('rejects with a ConfigError for a wrong option', async () => {
    const wrong: readonly unknown[] = [
      { methods: 'x' },
      { policy: {} },
      { clock: 7 },
      { timeoutMs: 0 },
    ];
    for (const options of wrong) {
      await expect(explain(accepting, BEARER, options as object)).rejects.toThrow(ConfigError);
    }
    await expect(explain({} as never, BEARER)).rejects.toThrow(ConfigError);
  });
});

describe('an explanation of an authenticator for any audience', () => {
  const anyAudience = stubAuthenticator(
    () => createPrincipal({ authenticator: 'stub', audienceChecked: false, scopes: ['read'] }),
    { traits: { anyAudience: true } },
  );

  it('accepts the token where no rule is known', async () => {
    expect((await explain(anyAudience, BEARER)).outcome).toBe('allowed');
  });

  it('rejects a policy that does not require scopes, as the guard does', async () => {
    await expect(explain(anyAudience, BEARER, under(authenticated()))).rejects.toThrow(ConfigError);
  });

  it('shows the rule as failed if the traits do not say so', async () => {
    const silent = stubAuthenticator(() =>
      createPrincipal({ authenticator: 'stub', audienceChecked: false }),
    );
    const { error, steps } = await explain(silent, BEARER, under(authenticated()));
    expect(error?.reason).toBe('audience');
    expect(steps.at(-1)).toMatchObject({ check: 'rule', result: 'failed' });
  });
});
