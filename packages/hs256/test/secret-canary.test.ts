import { createSecretKey } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createWith, errorOf } from './support/hmac-token.ts';

const CANARY = 'canary0123456789';
const BYTES = Buffer.from(CANARY);
const HEX = BYTES.toString('hex');

const WRONG: readonly (readonly [string, unknown])[] = [
  ['too short', { text: CANARY, encoding: 'utf8' }],
  ['too short as bytes', { bytes: BYTES }],
  ['too short as a key', { key: createSecretKey(BYTES) }],
  ['too short in hex', { text: HEX, encoding: 'hex' }],
  ['not hex', { text: `${CANARY}${CANARY}!`, encoding: 'hex' }],
  ['not base64', { text: `${CANARY}${CANARY}!`, encoding: 'base64' }],
  ['not base64url', { text: `${CANARY}${CANARY}!`, encoding: 'base64url' }],
  ['of an unknown encoding', { text: CANARY, encoding: 'ascii' }],
  ['given as bytes', { bytes: CANARY }],
  ['given as a key', { key: CANARY }],
  ['given as text in a list', { text: [CANARY], encoding: 'utf8' }],
  ['given twice', { text: CANARY, encoding: 'utf8', bytes: BYTES }],
  ['with an unknown option', { text: CANARY, encoding: 'utf8', alg: 'HS256' }],
  ['with a wrong kid', { text: `${CANARY}${CANARY}`, encoding: 'utf8', kid: 5 }],
  ['really a PEM', { text: `-----BEGIN ${CANARY}-----${CANARY}`, encoding: 'utf8' }],
  ['really a JWK', { text: JSON.stringify({ kty: 'oct', k: CANARY }), encoding: 'utf8' }],
  ['really an SSH key', { text: `ssh-rsa ${CANARY}${CANARY}`, encoding: 'utf8' }],
];

describe('an error about a secret', () => {
  it.each(WRONG)('shows only its type and length: %s', (_, secret) => {
    const error = errorOf(() => createWith([secret as never]));
    expect(error).toMatchObject({ name: 'ConfigError' });
    const shown = [error?.message, error?.stack, inspect(error, { depth: 9 })].join('\n');
    for (const form of [CANARY, CANARY.slice(0, 8), HEX.slice(0, 12), BYTES.toString('base64')]) {
      expect(shown).not.toContain(form);
    }
  });

  it('shows no part of the other secrets', () => {
    const good = { text: `${CANARY}${CANARY}`, encoding: 'utf8' as const };
    for (const secrets of [
      [good, { bytes: Buffer.alloc(8) }],
      [
        { ...good, kid: 'a' },
        { ...good, kid: 'a' },
      ],
      Array.from({ length: 9 }, () => good),
    ]) {
      const error = errorOf(() => createWith(secrets));
      expect(error).toMatchObject({ name: 'ConfigError' });
      expect(inspect(error, { depth: 9 })).not.toContain(CANARY.slice(0, 8));
    }
  });

  it('shows no secret in an inspected authenticator', () => {
    const authenticator = createWith([{ text: `${CANARY}${CANARY}`, encoding: 'utf8' }]);
    const shown = inspect(authenticator, { depth: 9, showHidden: true });
    expect(shown).not.toContain(CANARY.slice(0, 8));
    expect(shown).not.toContain(HEX.slice(0, 12));
    expect(JSON.stringify(authenticator)).not.toContain(CANARY.slice(0, 8));
  });
});
