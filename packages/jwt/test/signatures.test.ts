import { sign } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSigningKey, encodePart, signInput } from './support/signing-key.ts';
import { claims, decide, header, keySetOf, token } from './support/test-authenticator.ts';

const es256 = createSigningKey('ES256');
const input = `${encodePart({ alg: 'ES256', kid: 'ES256' })}.${encodePart(claims())}`;
const good = signInput(es256, input);
const ORDER = Buffer.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  'hex',
);
const ZERO = Buffer.alloc(32);

// CVE-2022-21449 ("psychic signatures") and similar values.
describe('an ECDSA signature', () => {
  it.each([
    ['of zeros', Buffer.concat([ZERO, ZERO])],
    ['of r = 0', Buffer.concat([ZERO, good.subarray(32)])],
    ['of s = 0', Buffer.concat([good.subarray(0, 32), ZERO])],
    ['of r = s = n', Buffer.concat([ORDER, ORDER])],
    ['in DER', sign('sha256', Buffer.from(input), es256.privateKey)],
    ['that is empty', Buffer.alloc(0)],
    ['that was cut', good.subarray(0, 63)],
    ['with an extra byte at the end', Buffer.concat([good, Buffer.alloc(1)])],
    ['with an extra byte at the start', Buffer.concat([Buffer.alloc(1), good])],
  ])('is refused %s', async (_, signature) => {
    const jwt = `${input}.${signature.toString('base64url')}`;
    expect(await decide(jwt, { keys: keySetOf(es256) })).toBe('invalid_token/signature');
  });

  it('is accepted unchanged', async () => {
    const jwt = `${input}.${good.toString('base64url')}`;
    expect(await decide(jwt, { keys: keySetOf(es256) })).toBe('accepted');
  });
});

describe('a signature', () => {
  it('of another key is refused', async () => {
    const other = createSigningKey('EdDSA', 'main');
    expect(await decide(token(), { keys: keySetOf(other) })).toBe('invalid_token/signature');
  });

  it('of another header and payload is refused', async () => {
    const [head, , signature] = token().split('.');
    const mallory = encodePart(claims({ sub: 'mallory' }));
    expect(await decide(`${head}.${mallory}.${signature}`)).toBe('invalid_token/signature');
    const [, payload] = token().split('.');
    const otherHeader = encodePart(header({ typ: 'JWT' }));
    expect(await decide(`${otherHeader}.${payload}.${signature}`)).toBe('invalid_token/signature');
  });

  it('is invalid for a token that differs in one character', async () => {
    const jwt = token();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(jwt.length - 1),
        fc.constantFrom(...'ABCxyz019-_.=+ \n'.split('')),
        async (at, character) => {
          const changed = jwt.slice(0, at) + character + jwt.slice(at + 1);
          fc.pre(changed !== jwt);
          expect(await decide(changed)).not.toBe('accepted');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is invalid for a token with a character removed or added', async () => {
    const jwt = token();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(jwt.length - 1),
        fc.constantFrom('', 'A', '=', '.'),
        async (at, more) => {
          const removed = more === '' ? 1 : 0;
          const changed = jwt.slice(0, at) + more + jwt.slice(at + removed);
          expect(await decide(changed)).not.toBe('accepted');
        },
      ),
      { numRuns: 300 },
    );
  });
});
