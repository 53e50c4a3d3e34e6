import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHs256Authenticator } from '../src/index.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const der = publicKey.export({ format: 'der', type: 'spki' });
const jwk = JSON.stringify(publicKey.export({ format: 'jwk' }));
const base64 = der.toString('base64');
const hex = der.toString('hex');

const DISGUISES: readonly (readonly [string, string | Buffer])[] = [
  ['a JWK with escaped quotes', jwk.replaceAll('"', '\\"')],
  ['a JWK made text twice', JSON.stringify(jwk)],
  ['a JWK in single quotes', jwk.replaceAll('"', "'")],
  ['a JWK with an escaped name', jwk.replace('"kty"', String.raw`"\u006bty"`)],
  ['DER in hex with colons', hex.replace(/(..)(?!$)/g, '$1:')],
  ['DER in hex with 0x before it', `0x${hex}`],
  ['DER in base64 in quotes', `"${base64}"`],
  ['DER in base64 after a comment', `# the key of the login service\n${base64}`],
  ['DER in a data: URL', `data:application/octet-stream;base64,${base64}`],
  ['DER after a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), der])],
  ['DER after a NUL', Buffer.concat([Buffer.from([0]), der])],
  ['DER after spaces', Buffer.concat([Buffer.from(' \n'), der])],
  [
    'DER after a space, whose own last byte is one',
    Buffer.from(
      `20302a300506032b65700321006cf9f66718227b17bea76cef05ad99e8c9533748958c20cbf0390d9158429b20`,
      'hex',
    ),
  ],
];

describe('a secret that contains', () => {
  it.each(DISGUISES)('%s is refused', (_what, secret) => {
    const bytes = Buffer.from(secret);
    expect(() =>
      createHs256Authenticator({ secrets: [{ bytes }], issuer: 'https://a', audience: 'b' }),
    ).toThrow(/a (key|JWK)/);
  });
});

describe('a wrong secret', () => {
  it.each([
    ['as the list', { secrets: 'canary-text' }],
    ['as a member', { secrets: ['canary-text'] }],
    ['as the encoding', { secrets: [{ text: 'utf8', encoding: 'canary-text' }] }],
    ['as a member name', { secrets: [{ 'canary-text': 1 }] }],
    ['as a number', { secrets: [{ text: 123_456_789, encoding: 'utf8' }] }],
  ])('%s is not shown', (_where, options) => {
    const create = (): unknown =>
      createHs256Authenticator({ issuer: 'https://a', audience: 'b', ...options } as never);
    expect(create).toThrow(/^secrets/);
    expect(create).not.toThrow(/canary-text|123456789/);
  });

  it('whose encoding is a member of Object.prototype is a ConfigError', () => {
    const secrets = [{ text: 'x', encoding: 'constructor' as 'hex' }] as const;
    expect(() => createHs256Authenticator({ secrets, issuer: 'https://a', audience: 'b' })).toThrow(
      /encoding/,
    );
  });
});
