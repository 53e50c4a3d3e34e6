import { describe, expect, it } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { printLoopGap } from './support/loop-gap.ts';
import { createSigner, unknownToken } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

const key = createSigner('good');
const ed25519 = { kty: 'OKP', crv: 'Ed25519', x: key.jwk.x };

/** A point for each index; the import does not check whether it is on the curve. */
function point(index: number): string {
  const bytes = Buffer.alloc(32, 0x55);
  bytes.writeUInt32BE(index, 0);
  return bytes.toString('base64url');
}

function repeat(count: number, jwk: (index: number) => object): readonly object[] {
  return Array.from({ length: count }, (_, index) => jwk(index));
}

/** A modulus of so many bits; different for each index. */
function modulus(bits: number, index: number): string {
  const bytes = Buffer.alloc(bits / 8, 0xff);
  bytes.writeUInt32BE(index * 2 + 1, bytes.length - 4);
  return bytes.toString('base64url');
}

interface Discarded {
  readonly kid: string | null;
  readonly why: string;
}

async function load(keys: readonly unknown[], what?: string) {
  const server = await startKeyServer();
  const body = JSON.stringify({ keys });
  expect(body.length).toBeLessThan(1024 * 1024);
  server.say(body);
  const subject = createSubject({ url: server.url });
  const ready = () => subject.authenticator.ready();
  await (what === undefined ? ready() : printLoopGap(what, ready));
  const received = subject.events.find(({ type }) => type === 'keys_discarded');
  const discarded = (received?.detail?.['keys'] ??
    []) as readonly unknown[] as readonly Discarded[];
  const looked = discarded.filter(({ why }) => !why.startsWith('the set has '));
  return { ...subject, server, discarded, looked, detail: subject.events[0]?.detail };
}

describe('a key set of 10,000 keys', () => {
  it('has one key where all of them are the same', async () => {
    const { detail, looked, decide } = await load(
      repeat(10_000, () => ({ ...ed25519, kid: 'good' })),
      'one key 10,000 times',
    );
    expect(detail).toMatchObject({ usable: 1, discarded: 10_000 - 256 });
    expect(looked).toHaveLength(0);
    expect(await decide(key.token())).toBe('accepted');
  });

  it('holds the first 64, and looks at no other', async () => {
    const { detail, looked, decide } = await load(
      [key.jwk, ...repeat(9999, (index) => ({ ...ed25519, kid: `${index}` }))],
      '10,000 Ed25519 keys',
    );
    expect(detail).toMatchObject({ usable: 64, discarded: 9936 });
    expect(looked).toHaveLength(0);
    expect(await decide(key.token())).toBe('accepted');
  });

  it('looks at 256 of them at most where they are weak', async () => {
    const { detail, looked } = await load(
      repeat(10_000, (index) => ({ kty: 'RSA', n: modulus(256, index), e: 'AQAB' })),
      '10,000 weak RSA keys',
    );
    expect(detail).toMatchObject({ usable: 0, discarded: 10_000 });
    expect(looked).toHaveLength(256);
    expect(new Set(looked.map(({ why }) => why))).toEqual(
      new Set(['its modulus has fewer than 2048 bits']),
    );
  });

  it.each([
    [
      'huge exponents',
      700,
      (i: number) => ({ kty: 'RSA', n: modulus(2048, i), e: modulus(2048, 0) }),
    ],
    ['16,384 bits', 300, (i: number) => ({ kty: 'RSA', n: modulus(16_384, i), e: 'AQAB' })],
    ['8,192 bits', 600, (i: number) => ({ kty: 'RSA', n: modulus(8192, i), e: 'AQAC' })],
    ['private members', 5000, (i: number) => ({ ...ed25519, kid: `${i}`, d: 'AQAB' })],
    ['one kid', 9000, (i: number) => ({ ...ed25519, x: point(i), kid: 'good' })],
    ['kids of 3,000 characters', 300, (i: number) => ({ kid: `${i}`.padEnd(3000, 'x') })],
    ['nothing in them', 300_000, () => ({})],
    ['secrets', 10_000, () => ({ kty: 'oct', k: 'A'.repeat(43) })],
  ])('or of fewer, with %s, leaves nothing usable and looks at 256', async (what, count, jwk) => {
    const { detail, looked, decide } = await load(repeat(count, jwk), `${count} keys with ${what}`);
    expect(detail).toMatchObject({ usable: 0, discarded: count });
    expect(looked.length).toBeLessThanOrEqual(256);
    expect(await decide(key.token())).toBe('invalid_token/unknown_key');
  });
});

describe('a malicious key set', () => {
  const kids = [
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    '',
    "' OR 1=1 --",
    '\0',
  ];

  it.each(kids)('may name a key as it likes: %j is a kid like any other', async (kid) => {
    const named = createSigner(kid);
    const { decide } = await load([named.jwk, key.jwk]);
    expect(await decide(named.token())).toBe('accepted');
    expect(await decide(unknownToken(kid))).toBe('invalid_token/signature');
  });

  it.each(kids)('never makes a kid known that it does not name: %j', async (kid) => {
    const { decide, server } = await load([key.jwk]);
    expect(await decide(unknownToken(kid))).toBe('invalid_token/unknown_key');
    expect(server.requests).toHaveLength(2);
  });

  it('with a kid of a million characters is accepted; at most 64 characters are reported', async () => {
    const kid = 'k'.repeat(1_000_000);
    const named = createSigner(kid);
    const { detail, decide } = await load([named.jwk]);
    expect(detail).toMatchObject({ usable: 1, discarded: 0 });
    expect(await decide(named.token({}, { kid: undefined }))).toBe('accepted');
    const { discarded } = await load([{ kid, kty: 'LTU' }, key.jwk]);
    expect(discarded).toMatchObject([{ kid: 'k'.repeat(64) }]);
  });

  it('may be nested deeply', async () => {
    const server = await startKeyServer();
    server.say(`{"keys":[${'['.repeat(500_000)}${']'.repeat(500_000)}]}`);
    const { decide } = createSubject({ url: server.url });
    expect(await decide(key.token())).toMatch(/^(unavailable\/jwks|invalid_token\/unknown_key)$/);
    server.say(`{"keys":${'['.repeat(500_000)}`);
    const broken = createSubject({ url: server.url });
    expect(await broken.decide(key.token())).toBe('unavailable/jwks');
  });

  it('never adds a member to every object', async () => {
    const server = await startKeyServer();
    server.say(`{"keys":[{"__proto__":{"kty":"OKP"},"constructor":{"prototype":{"kid":"x"}}}]}`);
    const { authenticator } = createSubject({ url: server.url });
    await authenticator.ready();
    expect(({} as { kty?: string; kid?: string }).kty).toBeUndefined();
    expect(({} as { kty?: string; kid?: string }).kid).toBeUndefined();
  });
});
