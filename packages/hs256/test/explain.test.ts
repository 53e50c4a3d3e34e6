import { createHmac, randomBytes } from 'node:crypto';
import {
  anyOf,
  cached,
  type CheckName,
  type CheckStep,
  definePolicy,
  dryRun,
  explain,
  type Explanation,
  requireScopes,
} from '@grpc-authn/core/authenticator';
import { CHECK_NAMES } from '@grpc-authn/core/internal';
import { describe, expect, it } from 'vitest';
import { createHs256Authenticator } from '../src/index.ts';

const SECRET = randomBytes(32);
const ISSUER = 'https://login.example.com';
const CLAIMS = {
  iss: ISSUER,
  aud: 'orders',
  sub: 'alice',
  scope: 'orders:read',
  exp: Math.floor(Date.now() / 1000) + 300,
};

const authenticator = cached(
  createHs256Authenticator({ secrets: [{ bytes: SECRET }], issuer: ISSUER, audience: 'orders' }),
);

/** Checks without an option here, and that of opaque tokens. */
const NOT_CONFIGURED: ReadonlySet<CheckName> = new Set([
  'pins',
  'introspection',
  'claims_schema',
  'rule',
]);

describe('the explanation of a JWT', () => {
  it('shows every check of an accepted token as passed', async () => {
    const { outcome, principal, error, steps } = await ask(sign(CLAIMS));
    expect(outcome).toBe('allowed');
    expect(principal?.subject).toBe('alice');
    expect(error).toBeUndefined();
    expect(steps.map(({ check }) => check)).toEqual(
      CHECK_NAMES.filter((check) => !NOT_CONFIGURED.has(check)),
    );
    expect(steps.filter(({ result }) => result !== 'passed')).toEqual([]);
  });

  it('shows two faults at once, and does not reach the checks that need a key', async () => {
    const { outcome, error, steps } = await ask(sign({ ...CLAIMS, aud: 'billing', exp: 1 }));
    expect(outcome).toBe('refused');
    expect(error?.reason).toBe('audience');
    expect(failed(steps)).toEqual(['audience', 'expiry']);
    expect(find(steps, 'audience')).toMatchObject({
      expected: '"orders"',
      received: 'aud = "billing"',
    });
    expect(find(steps, 'key').result).toBe('not_reached');
    expect(find(steps, 'signature').result).toBe('not_reached');
  });

  it('names a signature by another secret', async () => {
    const { steps } = await ask(sign(CLAIMS, randomBytes(32)));
    expect(failed(steps)).toEqual(['signature']);
    expect(find(steps, 'key').result).toBe('passed');
  });

  it('shows the rule, and the scope that is missing', async () => {
    const policy = definePolicy({ 'a.B/M': requireScopes('orders:read', 'orders:write') });
    const { outcome, principal, steps } = await ask(sign(CLAIMS), { policy, method: '/a.B/M' });
    expect(outcome).toBe('refused');
    expect(principal).toBeUndefined();
    expect(find(steps, 'rule')).toEqual({
      check: 'rule',
      result: 'failed',
      authenticator: 'hs256',
      expected: 'scopes orders:read and orders:write',
      received: 'the scopes orders:read',
      hint: 'request a token with the scope orders:write',
    });
  });

  it('says what a rule under a dry run would refuse', async () => {
    const until = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    const policy = definePolicy({ 'a.B/M': dryRun(requireScopes('orders:write'), { until }) });
    const { outcome, principal, error } = await ask(sign(CLAIMS), { policy, method: '/a.B/M' });
    expect(outcome).toBe('would_refuse');
    expect(principal?.subject).toBe('alice');
    expect(error?.reason).toBe('scope');
  });
});

describe('the explanation of anyOf', () => {
  it('shows why each authenticator was passed over, and which were not asked', async () => {
    const make = (name: string): typeof authenticator =>
      createHs256Authenticator({
        name,
        secrets: [{ bytes: SECRET }],
        issuer: `https://${name}.example`,
        audience: 'orders',
      });
    const any = anyOf(make('first'), make('second'), make('third'));
    const token = sign({ ...CLAIMS, iss: 'https://second.example' });
    const { outcome, steps } = await explain(any, { scheme: 'bearer', token });
    expect(outcome).toBe('allowed');
    const of = (name: string): readonly CheckStep[] =>
      steps.filter((step) => step.authenticator === name);
    expect(failed(of('first'))).toEqual(['issuer']);
    expect(failed(of('second'))).toEqual([]);
    expect(of('third')).toEqual([
      {
        check: 'format',
        result: 'not_reached',
        authenticator: 'third',
        received: '"second" has decided',
      },
    ]);
  });
});

function ask(token: string, options: Parameters<typeof explain>[2] = {}): Promise<Explanation> {
  return explain(authenticator, { scheme: 'bearer', token }, options);
}

function sign(claims: object, secret: Uint8Array = SECRET): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function failed(steps: readonly CheckStep[]): readonly string[] {
  return steps.filter(({ result }) => result === 'failed').map(({ check }) => check);
}

function find(steps: readonly CheckStep[], check: string): CheckStep {
  const found = steps.find((step) => step.check === check);
  if (found === undefined) throw new Error(`no step ${check}`);
  return found;
}
