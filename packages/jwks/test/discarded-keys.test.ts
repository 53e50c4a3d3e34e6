import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keySetOf, startKeyServer } from './support/key-server.ts';
import { createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('good');
const other = createSigner('other');
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
  format: 'jwk',
});
const strong = generateKeyPairSync('rsa', { modulusLength: 2048 });
const strongJwk = strong.publicKey.export({ format: 'jwk' });

interface Discarded {
  readonly kid: string | null;
  readonly why: string;
}

/** What is reported of a set of these keys, and how many of them are usable. */
async function report(...keys: readonly unknown[]) {
  const server = await startKeyServer();
  server.say(keySetOf(...keys));
  const subject = createSubject({ url: server.url });
  await subject.authenticator.ready();
  const refreshed = subject.events.find(({ type }) => type === 'keys_refreshed');
  const received = subject.events.find(({ type }) => type === 'keys_discarded');
  const discarded = (received?.detail?.['keys'] ??
    []) as readonly unknown[] as readonly Discarded[];
  return { ...subject, server, discarded, detail: refreshed?.detail };
}

describe('a key that must not be used', () => {
  it.each<readonly [string, object, RegExp]>([
    ['a secret', { kty: 'oct', k: 'A'.repeat(64), alg: 'HS256' }, /secret/],
    ['a weak RSA key', weak, /fewer than 2048 bits/],
    [
      'an RSA key of 16,384 bits',
      { kty: 'RSA', n: `${'_'.repeat(2730)}w`, e: 'AQAB' },
      /more than 8192/,
    ],
    ['a huge exponent', { ...strongJwk, e: '_'.repeat(300) }, /exponent/],
    ['an even exponent', { ...strongJwk, e: 'AQAA' }, /exponent/],
    ['a private member', strong.privateKey.export({ format: 'jwk' }), /private/],
    ['a private d alone', { ...key.jwk, kid: undefined, d: 'AQAB' }, /private/],
    ['a key for encryption', { ...other.jwk, use: 'enc' }, /use/],
    ['a key not for verifying', { ...other.jwk, key_ops: ['encrypt'] }, /key_ops/],
    ['an algorithm that does not fit', { ...other.jwk, alg: 'RS256' }, /alg/],
    ['the algorithm none', { ...other.jwk, alg: 'none' }, /alg/],
    ['a type that nobody knows', { kty: 'LTU' }, /type/],
    ['a broken point', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, /valid/],
    ['a kid that is no text', { ...other.jwk, kid: 5 }, /kid/],
  ])('is reported, and costs no other: %s', async (_, broken, why) => {
    const { discarded, detail, decide } = await report(broken, key.jwk);
    expect(detail).toMatchObject({ usable: 1, discarded: 1 });
    expect(discarded).toHaveLength(1);
    expect(discarded[0]?.why).toMatch(why);
    expect(await decide(key.token())).toBe('accepted');
  });

  it.each([[null], [5], ['key'], [[]], [{}]])('may be no key at all: %j', async (broken) => {
    const { discarded, decide } = await report(broken, key.jwk);
    expect(discarded).toMatchObject([{ kid: null }]);
    expect(await decide(key.token())).toBe('accepted');
  });

  it('is both of two that share a kid and an algorithm', async () => {
    const twin = createSigner('other');
    const { discarded, decide, server } = await report(other.jwk, key.jwk, twin.jwk);
    expect(discarded).toMatchObject([{ kid: 'other' }, { kid: 'other' }]);
    expect(await decide(other.token())).toBe('invalid_token/unknown_key');
    expect(await decide(key.token())).toBe('accepted');
    expect(server.requests).toHaveLength(2);
  });

  it('is not one that is listed again, with x5c and without alg', async () => {
    const again = { ...key.jwk, alg: undefined, x5c: ['MIIB'], x5t: 'AAAA' };
    const { discarded, detail, decide } = await report(key.jwk, again, key.jwk);
    expect(detail).toMatchObject({ usable: 1, discarded: 0 });
    expect(discarded).toEqual([]);
    expect(await decide(key.token())).toBe('accepted');
  });

  it('is every one beyond 64', async () => {
    const many = Array.from({ length: 70 }, (_, index) => createSigner(`key-${index}`));
    const { discarded, detail, decide } = await report(...many.map(({ jwk }) => jwk));
    expect(detail).toMatchObject({ usable: 64, discarded: 6 });
    expect(discarded.map(({ kid }) => kid)).toEqual(many.slice(64).map(({ kid }) => kid));
    expect(await decide(many[63]!.token())).toBe('accepted');
    expect(await decide(many[64]!.token())).toBe('invalid_token/unknown_key');
  });
});

describe('a secret in a key set', () => {
  it('verifies nothing, though a token is signed with it', async () => {
    const { decide } = await report({ kty: 'oct', kid: 'good', k: 'A'.repeat(64) });
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
    expect(await decide(key.token({}, { alg: 'HS256' }))).toBe('invalid_token/algorithm');
  });
});

describe('the report of discarded keys', () => {
  it.each([
    ['a\nb\u001b[31m', 'a\ufffdb\ufffd[31m'],
    ['\u0000\u007f\u202e', '\ufffd\ufffd\ufffd'],
    ['\ud800', '\ufffd'],
    ['x'.repeat(5000), 'x'.repeat(64)],
    ['__proto__', '__proto__'],
    ['../../etc/passwd', '../../etc/passwd'],
    ['', ''],
  ])('shows a kid escaped and cut: %j', async (kid, shown) => {
    const { discarded } = await report({ ...other.jwk, kid, use: 'enc' });
    expect(discarded.map((each) => each.kid)).toEqual([shown]);
  });

  it('is reported once for the same set, and again when that changes', async () => {
    const subject = await report(other.jwk, createSigner('other').jwk, key.jwk);
    const { clock, server, reported } = subject;
    await clock.advance(540_000);
    await reported('keys_refreshed', 2);
    await reported('keys_discarded', 1);
    server.say(keySetOf(key.jwk, weak));
    await clock.advance(540_000);
    await reported('keys_discarded', 2);
    server.say(keySetOf(key.jwk));
    await clock.advance(540_000);
    await reported('keys_refreshed', 4);
    server.say(keySetOf(key.jwk, weak));
    await clock.advance(540_000);
    await reported('keys_discarded', 3);
  });

  it('may throw: that costs no refresh', async () => {
    const server = await startKeyServer([key]);
    const subject = createSubject(
      { url: server.url },
      {
        report: () => {
          throw new Error('the log is full');
        },
      },
    );
    expect(await subject.decide(key.token())).toBe('accepted');
    expect(subject.events).toHaveLength(1);
  });
});
