import { withPins } from '@grpc-authn/config/adapter';
import {
  AuthError,
  type CheckStep,
  explain,
  type Explanation,
} from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { ACTIVE, startProvider } from './support/provider-server.ts';
import { createSubject, SECRET } from './support/test-authenticator.ts';

const TOKEN = 'canary-opaque-token-of-a-caller';
const NOW_SECONDS = Math.floor(Date.now() / 1000);

interface Asked extends Explanation {
  readonly questions: number;
  /** What authenticate() decides. */
  readonly decided: string;
}

/** Explains a token about which the provider gives this answer. */
async function ask(
  answer: unknown,
  {
    token = TOKEN,
    status = 200,
    ...options
  }: Parameters<typeof createSubject>[1] & {
    readonly token?: string;
    readonly status?: number;
  } = {},
): Promise<Asked> {
  const provider = await startProvider();
  provider.say(answer, status);
  const { authenticator, decide } = createSubject(provider, options);
  const explanation = await explain(authenticator, { scheme: 'bearer', token });
  const questions = provider.questions.length;
  return { ...explanation, questions, decided: await decide(token) };
}

function failed({ steps }: Explanation): readonly string[] {
  return steps.filter(({ result }) => result === 'failed').map(({ check }) => check);
}

function find({ steps }: Explanation, check: string): CheckStep | undefined {
  return steps.find((step) => step.check === check);
}

describe('the explanation of an introspected token', () => {
  it('shows each check of an active answer', async () => {
    const explanation = await ask(ACTIVE);
    expect(explanation.outcome).toBe('allowed');
    expect(explanation.steps.map(({ check, result }) => `${check}: ${result}`)).toEqual([
      'credentials: passed',
      'format: passed',
      'type: passed',
      'issuer: passed',
      'audience: passed',
      'token_use: passed',
      'expiry: passed',
      'not_before: passed',
      'issued_at: passed',
      'subject: passed',
      'introspection: passed',
      'binding: passed',
    ]);
  });

  it.each<[string, object, readonly string[]]>([
    ['of another audience', { aud: 'billing' }, ['audience']],
    ['of a type that is not configured', { token_type: 'mac' }, ['type']],
    ['of a refresh token', { token_type: 'refresh_token' }, ['type', 'token_use']],
    ['with two faults', { aud: 'billing', exp: 1 }, ['audience', 'expiry']],
    ['of an ID token', { at_hash: 'x' }, ['token_use']],
    ['that is not valid yet', { nbf: NOW_SECONDS + 600 }, ['not_before']],
    ['that was issued in the future', { iat: NOW_SECONDS + 600 }, ['issued_at']],
    ['with a subject that is a number', { sub: 7 }, ['subject']],
    ['with an issuer that is a number', { iss: 7 }, ['issuer']],
  ])('shows what is wrong with an answer %s', async (_, changes, checks) => {
    const explanation = await ask({ ...ACTIVE, ...changes });
    expect(failed(explanation)).toEqual(checks);
    expect(`${explanation.error?.code}/${explanation.error?.reason}`).toBe(explanation.decided);
    expect(find(explanation, 'introspection')?.result).toBe('passed');
  });

  it('does not reach the other checks of a token that is not active', async () => {
    const explanation = await ask({ active: false });
    expect(failed(explanation)).toEqual(['introspection']);
    expect(find(explanation, 'audience')?.result).toBe('not_reached');
    expect(explanation.error?.reason).toBe('inactive');
  });

  it('names the address that does not answer', async () => {
    const explanation = await ask('an error', { status: 500 });
    expect(explanation.outcome).toBe('unavailable');
    expect(failed(explanation)).toEqual(['introspection']);
    expect(find(explanation, 'introspection')?.hint).toMatch(/POST http:.* answered 500/);
  });

  it('shows a pin before the schema', async () => {
    const { claims } = withPins({ audience: 'orders', pin: { tenant: 'acme' } }, undefined);
    const explanation = await ask({ ...ACTIVE, tenant: 'other' }, { claims });
    expect(failed(explanation)).toEqual(['pins']);
    expect(find(explanation, 'pins')).toMatchObject({
      expected: 'tenant = "acme"',
      received: 'tenant = "other"',
    });
    expect(find(explanation, 'claims_schema')).toBeUndefined();
  });

  it('does not send a JWT of another issuer, or text that is no token', async () => {
    const encode = (part: object): string =>
      Buffer.from(JSON.stringify(part)).toString('base64url');
    const jwt = `${encode({ alg: 'none' })}.${encode({ iss: 'https://other.example' })}.`;
    const other = await ask(ACTIVE, { token: jwt, issuer: 'https://id.example' });
    expect(failed(other)).toEqual(['issuer']);
    expect(find(other, 'issuer')?.received).toBe('iss = "https://other.example"');
    expect(other.questions).toBe(0);
    const malformed = await ask(ACTIVE, { token: 'no token' });
    expect(failed(malformed)).toEqual(['format']);
    expect(malformed.questions).toBe(0);
  });

  it('asks the provider each time, although the answer is cached', async () => {
    const provider = await startProvider();
    provider.say(ACTIVE);
    const { authenticator, decide } = createSubject(provider);
    expect(await decide(TOKEN)).toBe('accepted');
    provider.say({ active: false });
    const { error } = await explain(authenticator, { scheme: 'bearer', token: TOKEN });
    expect(AuthError.is(error) && error.reason).toBe('inactive');
    expect(await decide(TOKEN)).toBe('accepted');
    expect(provider.questions).toHaveLength(2);
  });

  it('shows neither the token nor the client secret', async () => {
    for (const answer of [ACTIVE, { active: false }, { ...ACTIVE, aud: TOKEN, sub: TOKEN }]) {
      const shown = JSON.stringify((await ask(answer)).steps);
      expect(shown).not.toContain('canary');
      expect(shown).not.toContain(SECRET);
    }
  });
});
