import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createWith, errorOf } from './support/hmac-token.ts';
import { DERS, JWKS_AND_KEYS, PEMS, SSH_KEYS } from './support/public-material.ts';

const ordinary = randomBytes(32);

/** The secret is refused for what it is, in each form in which a secret can be given. */
function expectDisguised(material: string | Uint8Array, what: RegExp): void {
  const bytes = Buffer.from(material);
  for (const secret of [
    { bytes },
    { key: createSecretKey(bytes) },
    { text: bytes.toString('base64'), encoding: 'base64' as const },
    { text: bytes.toString('base64url'), encoding: 'base64url' as const },
    { text: bytes.toString('hex'), encoding: 'hex' as const },
    ...(typeof material === 'string' ? [{ text: material, encoding: 'utf8' as const }] : []),
  ]) {
    const error = errorOf(() => createWith([{ bytes: ordinary }, secret]));
    expect(error).toMatchObject({ name: 'ConfigError' });
    expect(error?.message).toMatch(/^secrets\[1\]: expected /);
    expect(error?.message).toMatch(what);
  }
}

const PEM_DISGUISES: readonly (readonly [string, (pem: string) => string | Uint8Array])[] = [
  ['as it is', (pem) => pem],
  ['without its last newline', (pem) => pem.trimEnd()],
  ['with escaped newlines', (pem) => pem.replaceAll('\n', '\\n')],
  ['with twice escaped newlines', (pem) => pem.replaceAll('\n', '\\\\n')],
  ['with CRLF', (pem) => pem.replaceAll('\n', '\r\n')],
  ['on one line', (pem) => pem.replaceAll('\n', ' ')],
  ['in quotes', (pem) => JSON.stringify(pem)],
  ['after spaces', (pem) => `   \t${pem}`],
  ['after newlines', (pem) => `\n\n${pem}`],
  ['indented', (pem) => pem.replaceAll('\n', '\n    ')],
  ['after a comment', (pem) => `# the public key of our issuer\n${pem}`],
  ['after bag attributes', (pem) => `Bag Attributes\n    friendlyName: key\n${pem}`],
  ['after a byte order mark', (pem) => `\ufeff${pem}`],
  ['after a NUL', (pem) => `\0${pem}`],
  ['after a zero-width space', (pem) => `\u200b${pem}`],
  ['with a zero-width space in BEGIN', (pem) => pem.replaceAll('BEGIN', 'BE\u200bGIN')],
  ['with a zero-width joiner in the dashes', (pem) => pem.replaceAll('-----', '--\u200d---')],
  ['with a soft hyphen and a word joiner', (pem) => pem.replaceAll('BEGIN ', '\u00adBEGIN\u2060 ')],
  ['in lower case', (pem) => pem.replace('BEGIN', 'begin')],
  ['in UTF-16', (pem) => Buffer.from(pem, 'utf16le')],
  ['in UTF-16 with its mark', (pem) => Buffer.from(`\ufeff${pem}`, 'utf16le')],
  ['in UTF-16, high byte first', (pem) => Buffer.from(pem, 'utf16le').swap16()],
  ['in base64', (pem) => Buffer.from(pem).toString('base64')],
  ['in base64url', (pem) => Buffer.from(pem).toString('base64url')],
  ['in hex', (pem) => Buffer.from(pem).toString('hex')],
  ['in base64 of base64', (pem) => Buffer.from(btoa(pem)).toString('base64')],
];

describe.each(PEM_DISGUISES)('PEM is not accepted as a secret %s', (_, disguise) => {
  it.each(PEMS)('%s', (__, pem) => {
    expectDisguised(disguise(pem), /PEM/);
  });
});

const DER_DISGUISES: readonly (readonly [string, (der: Buffer) => string | Uint8Array])[] = [
  ['as it is', (der) => der],
  ['between spaces and a NUL', (der) => Buffer.concat([Buffer.from(' \n'), der, Buffer.alloc(1)])],
  ['before a newline', (der) => Buffer.concat([der, Buffer.from('\r\n')])],
  ['in base64', (der) => der.toString('base64')],
  ['in base64 without padding', (der) => der.toString('base64').replace(/=+$/, '')],
  ['in base64url', (der) => der.toString('base64url')],
  ['in base64 of 64 a line', (der) => der.toString('base64').replace(/.{64}/g, '$&\n')],
  ['in base64 of escaped lines', (der) => der.toString('base64').replace(/.{64}/g, '$&\\n')],
  ['in base64 after spaces', (der) => `  ${der.toString('base64')}  `],
  [
    'in base64 with zero-width spaces',
    (der) => der.toString('base64').replace(/.{9}/g, '$&\u200b'),
  ],
  ['in base64 in UTF-16', (der) => Buffer.from(der.toString('base64'), 'utf16le')],
  ['in hex', (der) => der.toString('hex')],
  ['in upper-case hex', (der) => der.toString('hex').toUpperCase()],
  ['in hex with spaces', (der) => der.toString('hex').replace(/../g, '$& ')],
  ['in base64 of hex', (der) => Buffer.from(der.toString('hex')).toString('base64')],
  ['in hex of base64', (der) => Buffer.from(der.toString('base64')).toString('hex')],
];

describe.each(DER_DISGUISES)('DER is not accepted as a secret %s', (_, disguise) => {
  it.each(DERS)('%s', (__, der) => {
    expectDisguised(disguise(der), /DER/);
  });
});

const JSON_DISGUISES: readonly (readonly [string, (json: string) => string | Uint8Array])[] = [
  ['as it is', (json) => json],
  ['pretty', (json) => JSON.stringify(JSON.parse(json), undefined, 2)],
  ['with spaces before the colons', (json) => json.replaceAll('":', '" \t\n:')],
  ['after a comment', (json) => `// our keys\n${json}`],
  ['after a byte order mark', (json) => `\ufeff${json}`],
  [
    'with zero-width spaces',
    (json) => json.replace(/kty|keys/g, (name) => name.split('').join('\u200b')),
  ],
  ['in UTF-16', (json) => Buffer.from(json, 'utf16le')],
  ['in base64', (json) => Buffer.from(json).toString('base64')],
  ['in base64url', (json) => Buffer.from(json).toString('base64url')],
  ['in hex', (json) => Buffer.from(json).toString('hex')],
];

describe.each(JSON_DISGUISES)(
  'a JWK or a JWK Set is not accepted as a secret %s',
  (_, disguise) => {
    it.each(JWKS_AND_KEYS)('%s', (__, value) => {
      expectDisguised(disguise(JSON.stringify(value)), /JWK/);
    });
  },
);

describe('an SSH key is not accepted as a secret', () => {
  it.each(SSH_KEYS)('%s', (_, key) => {
    expectDisguised(key, /SSH|PEM/);
    expectDisguised(Buffer.from(key).toString('base64'), /SSH|PEM/);
  });
});
