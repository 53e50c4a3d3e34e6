import { describe, expect, it } from 'vitest';
import { AuthError, type CheckStep, explain } from '../../src/authenticator.ts';
import { stubAuthenticator } from '../support/stub-authenticator.ts';

const TOKEN = `${'canary-header-'.repeat(3)}.${'canary-payload-'.repeat(3)}.${'canary-signature-'.repeat(3)}`;
const PROOF = 'canary-proof-of-possession';

/** What explain() shows of a step that an authenticator reports. */
async function shown(step: Partial<CheckStep>, token = TOKEN): Promise<CheckStep | undefined> {
  const careless = stubAuthenticator((_, { trace }) => {
    trace?.({ check: 'signature', result: 'failed', authenticator: 'stub', ...step });
    return new AuthError('invalid_token', 'signature');
  });
  const { steps } = await explain(careless, { scheme: 'bearer', token, proof: PROOF });
  return steps.find(({ check }) => check === 'signature');
}

describe('a step of an explanation', () => {
  it.each([
    ['the token', TOKEN],
    ['its header', TOKEN.split('.')[0]],
    ['its payload', TOKEN.split('.')[1]],
    ['its signature', TOKEN.split('.')[2]],
    ['the proof', PROOF],
  ])('never shows %s, whatever the authenticator reports', async (_, secret) => {
    const text = `received ${secret}`;
    const step = await shown({ received: text, expected: text, hint: text, authenticator: text });
    expect(JSON.stringify(step)).not.toContain('canary');
    expect(step?.received).toBe('received [removed]');
  });

  it('never shows another JWT, which a claim may contain', async () => {
    const other = `${Buffer.from('{"alg":"none"}').toString('base64url')}.canary.canary`;
    const step = await shown({ received: `aud = "${other}", act = "x"` });
    expect(step?.received).toBe('aud = "[removed]", act = "x"');
  });

  it('shows no JWT whose end was cut off, and searches no more than 4,096 characters', async () => {
    const step = await shown({ received: 'eyJ'.repeat(400_000) });
    expect(step?.received).toBe('[removed]');
  });

  it('never shows a short opaque token', async () => {
    const step = await shown({ received: 'the token 12345678' }, '12345678');
    expect(step?.received).toBe('the token [removed]');
  });

  it('escapes control characters, and what looks like none', async () => {
    const step = await shown({ received: 'a\u001b[31m\r\nb\u202ec\u2028d\ud800e é 漢' });
    expect(step?.received).toBe('a\\u{1b}[31m\\u{d}\\u{a}b\\u{202e}c\\u{2028}d\\u{d800}e é 漢');
  });

  it('has texts of at most 256 characters', async () => {
    const step = await shown({ received: 'x'.repeat(100_000), expected: '\0'.repeat(300) });
    expect(step?.received).toHaveLength(256);
    expect(step?.received?.endsWith('…')).toBe(true);
    expect(step?.expected).toHaveLength(256);
  });

  it('has only the members of a step, and is frozen', async () => {
    const step = await shown({ received: 'x', secret: 'canary' } as object);
    expect(Object.keys(step ?? {})).toEqual(['check', 'result', 'authenticator', 'received']);
    expect(Object.isFrozen(step)).toBe(true);
  });
});
