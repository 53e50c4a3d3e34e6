import { loadAuth, type LoadedAuth } from '@grpc-authn/config';
import type { CheckStep, Explanation } from '@grpc-authn/core';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const SECRET = 'canary-secret-of-the-client';
const METHOD = '/orders.v1.Orders/Delete';
const GOOD = { aud: 'orders', tenant: 'acme', scope: 'orders:delete' };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.close());

/** JWTs with a pin, opaque tokens by introspection, and a rule. */
async function load(): Promise<LoadedAuth<object>> {
  const clientAuthentication = { method: 'client_secret_basic', secret: SECRET };
  const opaque = {
    use: 'introspection',
    endpoint: issuer.introspectionEndpoint,
    audience: 'orders',
    clientId: 'orders',
    clientAuthentication,
  };
  const pin = { tenant: 'acme' };
  const auth = await loadAuth({
    config: {
      authenticators: {
        jwts: { use: 'oidc', issuer: issuer.issuer, audience: 'orders', pin },
        opaque,
      },
      authenticator: { use: 'byIssuer', issuers: { [issuer.issuer]: 'jwts' }, opaque: 'opaque' },
      policy: { rules: { 'orders.v1.Orders/Delete': { scopes: ['orders:delete'] } } },
    },
  });
  onTestFinished(() => auth.close());
  return auth;
}

function failed({ steps }: Explanation): readonly string[] {
  return steps
    .filter(({ result }) => result === 'failed')
    .map(({ authenticator, check }) => `${authenticator}: ${check}`);
}

function find({ steps }: Explanation, check: string): CheckStep | undefined {
  return steps.find((step) => step.check === check && step.result !== 'not_reached');
}

describe('LoadedAuth.explain', () => {
  it('allows what the server allows, and shows the route that was not asked', async () => {
    const auth = await load();
    const token = await issuer.sign(GOOD);
    const explanation = await auth.explain({ scheme: 'bearer', token }, { method: METHOD });
    expect(explanation.outcome).toBe('allowed');
    expect(failed(explanation)).toEqual([]);
    expect(explanation.steps).toContainEqual({
      check: 'format',
      result: 'not_reached',
      authenticator: 'opaque',
      received: 'the route is "jwts"',
    });
    expect(find(explanation, 'rule')?.result).toBe('passed');
  });

  it.each<[string, object, readonly string[]]>([
    ['another audience', { aud: 'billing' }, ['jwts: audience']],
    ['another tenant', { tenant: 'other' }, ['jwts: pins']],
    ['an expired token of another tenant', { tenant: 7, exp: 1 }, ['jwts: expiry', 'jwts: pins']],
    ['another issuer', { iss: 'https://other.example' }, ['byIssuer(jwts, opaque): issuer']],
    ['no scope', { scope: '' }, ['config: rule']],
  ])('names the fault: %s', async (_, changes, faults) => {
    const auth = await load();
    const token = await issuer.sign({ ...GOOD, ...changes });
    const explanation = await auth.explain({ scheme: 'bearer', token }, { method: METHOD });
    expect(explanation.outcome).toBe('refused');
    expect(failed(explanation)).toEqual(faults);
    for (const { result, hint } of explanation.steps) {
      if (result === 'failed') expect(hint).toMatch(/\w/);
    }
  });

  it('applies no rule without a method, and rejects other options', async () => {
    const auth = await load();
    const token = await issuer.sign({ ...GOOD, scope: '' });
    const explanation = await auth.explain({ scheme: 'bearer', token });
    expect(explanation.outcome).toBe('allowed');
    expect(find(explanation, 'rule')).toBeUndefined();
    const wrong = { policy: undefined } as object;
    await expect(auth.explain(undefined, wrong)).rejects.toThrow('policy');
  });

  it('names the address of a provider that is down, after the checks that do not need it', async () => {
    const down = await startTestIssuer();
    onTestFinished(() => down.close());
    const auth = await loadAuth({
      config: {
        authenticator: { use: 'oidc', issuer: down.issuer, audience: 'orders' },
      },
    });
    onTestFinished(() => auth.close());
    down.fail('http500');
    const token = await down.sign(GOOD);
    const explanation = await auth.explain({ scheme: 'bearer', token });
    expect(explanation.outcome).toBe('unavailable');
    expect(failed(explanation)).toEqual(['oidc: key']);
    expect(find(explanation, 'audience')?.result).toBe('passed');
    expect(find(explanation, 'key')?.hint).toContain(down.issuer);
  });

  it('shows neither a token, nor a signature, nor a secret', async () => {
    const auth = await load();
    const canary = 'canary-of-a-token-that-is-long';
    const jwt = await issuer.sign({ ...GOOD, sub: 'alice' });
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const nested = await issuer.sign({ ...GOOD, aud: jwt, azp: SECRET });
    for (const token of [jwt, nested, `${header}.${payload}.${signature.slice(2)}AA`, canary]) {
      const { steps } = await auth.explain({ scheme: 'bearer', token }, { method: METHOD });
      const shown = JSON.stringify(steps);
      for (const part of [...token.split('.'), signature]) expect(shown).not.toContain(part);
      expect(shown).not.toContain('canary');
    }
  });
});
