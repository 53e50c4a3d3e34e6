import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, subjectOf } from './support/differential.ts';
import { ALGORITHMS } from './support/engines.ts';
import { tokensNear } from './support/mutated-tokens.ts';
import { createSigningKey, encodePart, signInput, signJws } from './support/signing-key.ts';

// The long run is `pnpm fuzz`.
describe('a mutated token', () => {
  it.each(ALGORITHMS)('is accepted by no engine if jose refuses it: %s', async (alg) => {
    const subject = subjectOf(createSigningKey(alg));
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(tokensNear(subject.key), async (token) => {
        seen.add(await compare(token, subject));
      }),
      { numRuns: 100 },
    );
    // Else the tokens would be so strange that nothing was compared.
    expect(seen).toContain('both accept');
    expect(seen).toContain('both refuse');
  });
});

describe('what jose accepts and this package refuses', () => {
  const key = createSigningKey('PS256');
  const subject = subjectOf(key);
  const plain = { alg: 'PS256', kid: 'PS256' };

  /** A signature that begins with a zero byte, which one in 256 does, without it. */
  function withoutLeadingZero(): string {
    for (let round = 0; ; round += 1) {
      const input = `${encodePart(plain)}.${encodePart(`payload ${round}`)}`;
      const signature = signInput(key, input);
      if (signature[0] === 0) return `${input}.${signature.subarray(1).toString('base64url')}`;
    }
  }

  it.each([
    ['not_base64url', `${signJws(key, plain, 'payload')}==`],
    ['not_a_json_object', signJws(key, `\ufeff${JSON.stringify(plain)}`, 'payload')],
    ['critical', signJws(key, { ...plain, crit: ['b64'], b64: true }, 'payload')],
    ['critical', signJws(key, { ...plain, b64: false }, 'payload')],
    ['unknown_key', signJws(key, { ...plain, kid: 'other' }, 'payload')],
    ['unknown_key', signJws(key, { ...plain, kid: 5 }, 'payload')],
    ['type', signJws(key, { ...plain, typ: 5 }, 'payload')],
    ['signature', withoutLeadingZero()],
  ])('is listed with its reason: %s', async (reason, token) => {
    expect(await compare(token, subject)).toBe(`only jose accepts: ${reason}`);
  });
});
