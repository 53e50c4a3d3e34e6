import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importKeySet } from '../src/index.ts';

/** y by y: of order 1, 2, 4 and 8, and what is written for 0 and 1 beyond the prime. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

function whyNot(x: string): string | undefined {
  const set = importKeySet({ keys: [{ kty: 'OKP', crv: 'Ed25519', x }] });
  return set.size === 1 ? undefined : set.refused[0]?.why;
}

describe('an Ed25519 key of small order', () => {
  it.each(SMALL_ORDER)('is refused, with either sign: %s', (hex) => {
    const point = Buffer.from(hex, 'hex');
    expect(whyNot(point.toString('base64url'))).toBe('its point is of small order');
    point[31] = (point[31] ?? 0) | 0x80;
    expect(whyNot(point.toString('base64url'))).toBe('its point is of small order');
  });

  it('is refused in any spelling of its x', () => {
    const x = Buffer.from(SMALL_ORDER[0] ?? '', 'hex').toString('base64url');
    expect(whyNot(`${x.slice(0, -1)}B`)).toBe('its point is of small order');
    expect(whyNot(`${x}=`)).toBe('its point is of small order');
  });

  it('is not detected on another curve', () => {
    const y = Buffer.from(
      '66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4',
      'hex',
    );
    const point = { x: Buffer.alloc(32).toString('base64url'), y: y.toString('base64url') };
    expect(importKeySet({ keys: [{ kty: 'EC', crv: 'P-256', ...point }] }).refused).toEqual([]);
  });

  it('is not detected in generated keys', () => {
    for (let round = 0; round < 20; round += 1) {
      const { publicKey } = generateKeyPairSync('ed25519');
      expect(whyNot(publicKey.export({ format: 'jwk' }).x ?? '')).toBeUndefined();
    }
  });
});
