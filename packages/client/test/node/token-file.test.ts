import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTokenFileSource } from '../../src/node.ts';
import { createSubjectOf, type Subject } from './support/token-server.ts';

const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ED = generateKeyPairSync('ed25519').privateKey;
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

type Algorithm = 'ES256' | 'RS256' | 'EdDSA';

function jwt(payload: unknown, alg: Algorithm = 'ES256'): string {
  const signed = `${base64url({ alg })}.${base64url(payload)}`;
  const key = { ES256: { key: EC, dsaEncoding: 'ieee-p1363' } as const, RS256: RSA, EdDSA: ED }[
    alg
  ];
  const hash = alg === 'EdDSA' ? null : 'sha256';
  return `${signed}.${sign(hash, Buffer.from(signed), key).toString('base64url')}`;
}

interface World extends Subject {
  readonly path: string;
  /** A token that expires so many seconds after now. */
  readonly lasting: (seconds: number, more?: object, alg?: Algorithm) => string;
  readonly write: (content: string) => void;
  readonly remove: () => void;
}

function start(): World {
  const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-token-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'token');
  const subject = createSubjectOf((renewal) => createTokenFileSource({ path, ...renewal }));
  const nowSeconds = (): number => Math.floor(subject.clock.nowMs() / 1000);
  return {
    ...subject,
    path,
    lasting: (seconds, more, alg) => jwt({ exp: nowSeconds() + seconds, ...more }, alg),
    write: (content) => writeFileSync(path, content),
    remove: () => rmSync(path),
  };
}

describe('a token file', () => {
  it('is read when a token is needed, without the white space around it', async () => {
    const { source, lasting, write, clock } = start();
    const written = lasting(600);
    write(`\n  ${written} \r\n`);
    const { token, expiresAtEpochSeconds } = await source.get();
    expect(token).toBe(written);
    // gRFC A97: 30 s before its exp.
    expect(expiresAtEpochSeconds).toBe(Math.floor(clock.nowMs() / 1000) + 570);
  });

  it('is not read again before the token is about to expire', async () => {
    const { token, lasting, write, clock } = start();
    const first = lasting(600);
    write(first);
    await token();
    write(lasting(1200));
    await clock.advance(509_000);
    expect(await token()).toBe(first);
    expect(await token()).toBe(first);
  });

  it('is read again in the minute before the token expires, and no call waits', async () => {
    const { token, lasting, write, clock, events } = start();
    const first = lasting(600);
    const second = lasting(1200);
    write(first);
    await token();
    write(second);
    await clock.advance(523_000);
    expect(await token()).toBe(first);
    await expect.poll(() => events.length).toBe(2);
    expect(await token()).toBe(second);
  });

  it('is read again after a server refused the token', async () => {
    const { source, token, lasting, write, clock } = start();
    write(lasting(600));
    const first = await source.get();
    const second = lasting(1200);
    write(second);
    source.invalidate(first);
    await clock.advance(10_000);
    expect(await token()).toBe(second);
  });

  it('with a token that has expired is read at most once in 10 s', async () => {
    const { token, lasting, write, events, clock } = start();
    const expired = lasting(-5);
    write(expired);
    for (let second = 0; second < 30; second += 1) {
      expect(await token()).toBe(expired);
      await clock.advance(1000);
    }
    expect(events.length).toBeLessThanOrEqual(4);
  });
});

type Break = (world: World) => void;

const BROKEN: readonly (readonly [string, Break, RegExp])[] = [
  ['is missing', ({ remove }) => remove(), /: could not be read \(ENOENT\)$/],
  ['is empty', ({ write }) => write(''), /: expected a JWT with exp, received an empty file$/],
  ['is blank', ({ write }) => write(' \n'), /: expected a JWT with exp, received an empty file$/],
  ['is a folder', ({ path, remove }) => (remove(), mkdirSync(path)), /: expected a regular file/],
  [
    'has another text',
    ({ write }) => write('canary-password'),
    /: expected a JWT with exp, received another text, or a part of one$/,
  ],
  [
    'has a JWE',
    ({ write }) => write(`${base64url({ alg: 'dir' })}.a.b.c.d`),
    /received another text, or a part of one$/,
  ],
  ['has a JWT without exp', ({ write }) => write(jwt({ sub: 'canary' })), /a JWT without a number/],
  [
    'has an exp of text',
    ({ write }) => write(jwt({ exp: '9999999999' })),
    /a JWT without a number as exp$/,
  ],
  [
    'has an exp beyond numbers',
    ({ write }) => write(`${base64url({ alg: 'x' })}.${base64url('{"exp":1e999}')}.abcd`),
    /a JWT without a number as exp$/,
  ],
  [
    'has a part of the signature of a longer RSA key',
    ({ write }) =>
      write(`${base64url({ alg: 'RS512' })}.${base64url({ exp: 9e9 })}.${'A'.repeat(500)}`),
    /a JWT that is cut off$/,
  ],
  [
    'has no signature',
    ({ write, lasting }) => write(lasting(900).replace(/[^.]*$/, '')),
    /a JWT that is cut off$/,
  ],
  [
    'is larger than 64 KiB',
    ({ write, lasting }) => write(lasting(900, { canary: 'x'.repeat(65_536) })),
    /: expected at most 65536 bytes, received more$/,
  ],
];

describe('a token file that', () => {
  it.each(BROKEN)('%s is noticed only once the token has expired', async (_, spoil, message) => {
    const world = start();
    const { token, error, lasting, write, clock, events, path } = world;
    const good = lasting(600);
    write(good);
    await token();
    spoil(world);
    await clock.advance(565_000);
    expect(await token()).toBe(good);
    await expect.poll(() => events).toEqual(['renewed', 'renewal_failed']);
    expect(await token()).toBe(good);
    await clock.advance(5000);
    const thrown = await error();
    expect(thrown.message).toMatch(message);
    expect(thrown.message).toContain(`token file ${path}`);
    expect(thrown.message).not.toContain('canary');
    rmSync(path, { recursive: true, force: true });
    const next = lasting(600);
    write(next);
    await clock.advance(60_000);
    expect(await token()).toBe(next);
  });

  it.each(['ES256', 'EdDSA', 'RS256'] as const)(
    'has any part of an %s token is not used',
    async (alg) => {
      const { error, token, lasting, write, clock } = start();
      const whole = lasting(6000, {}, alg);
      for (let length = 0; length < whole.length; length += 1) {
        // A part that ends with the last byte of the signature is whole.
        if (isWhole(whole.slice(0, length), whole)) continue;
        write(whole.slice(0, length));
        await error();
        await clock.advance(80_000);
      }
      write(whole);
      expect(await token()).toBe(whole);
    },
  );

  it('is read again with a back-off', async () => {
    const { error, clock, events } = start();
    for (let second = 0; second < 60; second += 1) {
      await error();
      await clock.advance(1000);
    }
    // After 1, 2, 4, 8, 16 and 32 s.
    expect(events.length).toBeGreaterThanOrEqual(5);
    expect(events.length).toBeLessThanOrEqual(8);
  });

  it.skipIf(process.platform === 'win32')('is a named pipe (POSIX) blocks nothing', async () => {
    const { error, path } = start();
    execFileSync('mkfifo', [path]);
    expect((await error()).message).toContain('expected a regular file');
  });
});

function isWhole(part: string, whole: string): boolean {
  const signatureOf = (token: string) => Buffer.from(token.split('.')[2] ?? '', 'base64url');
  return signatureOf(part).equals(signatureOf(whole));
}
