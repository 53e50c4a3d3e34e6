import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { bearerFromMetadata } from '@grpc-authn/core';
import { CompactEncrypt, flattenedDecrypt } from 'jose';
import { refuses, withTarget } from '../support/attack.ts';
import { encode, signInput } from '../support/attack-keys.ts';
import { SIGNED, TARGETS, type Target } from '../support/attack-targets.ts';

const parts = (token: string): [string, string, string] => token.split('.') as never;

/** The same bytes, with different bits that base64url does not count. */
function withStrayBits(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  assert.notEqual(segment.length % 4, 0, 'only a segment that ends in the middle has such bits');
  const last = alphabet[alphabet.indexOf(segment.at(-1)!) + 1]!;
  const changed = segment.slice(0, -1) + last;
  assert.deepEqual(Buffer.from(changed, 'base64url'), Buffer.from(segment, 'base64url'));
  return changed;
}

/** A good token whose three segments each end in the middle of four characters. */
function uneven(target: Target): [string, string, string] {
  for (let pad = 0; ; pad += 1) {
    const found = parts(target.issued({ pad: 'x'.repeat(pad) }, { pad: 'x'.repeat(pad) }));
    if (found.every((segment) => segment.length % 4 !== 0)) return found;
    if (pad > 8) throw new Error('there is none');
  }
}

describe('another spelling of a good token', () => {
  refuses({
    source: 'fast-jwt #606; jose 6.2.5; RFC 7515, 2 and 5.2; rfc8725bis, 3.14',
    on: TARGETS,
    good: (target) => uneven(target).join('.'),
    bad: (target) => {
      const [header, payload, signature] = uneven(target);
      return {
        'a padded signature': `${header}.${payload}.${signature}=`,
        'a padded header': `${header}=.${payload}.${signature}`,
        'a padded payload': `${header}.${payload}=.${signature}`,
        'a space in the signature': `${header}.${payload}.${signature} `,
        'a space after the first dot': [`${header}. ${payload}.${signature}`, 'bad_characters'],
        'stray bits in the signature': [
          `${header}.${payload}.${withStrayBits(signature)}`,
          'not_base64url',
        ],
        'stray bits in the payload': [
          `${header}.${withStrayBits(payload)}.${signature}`,
          'not_base64url',
        ],
        'stray bits in the header': [
          `${withStrayBits(header)}.${payload}.${signature}`,
          'not_base64url',
        ],
        'base64 that is not base64url': `${header}.${payload}.+/${signature.slice(2)}`,
        'a dot more': `${header}.${payload}.${signature}.`,
        'a dot before': `.${header}.${payload}.${signature}`,
        'a percent sign': `${header}.${payload}%2E${signature}`,
        'a semicolon': `${header}.${payload}.${signature};`,
      };
    },
  });
});

describe('a token of which one character was changed', () => {
  refuses({
    source: 'RFC 7515, 5.2; RFC 8725, 3.3',
    on: TARGETS,
    bad: (target) => {
      const token = target.issued();
      const at = Array.from({ length: 24 }, (_, index) => Math.floor((token.length * index) / 24));
      return Object.fromEntries(
        at.map((index) => {
          const other = token[index] === 'A' ? 'B' : 'A';
          return [`at ${index}`, token.slice(0, index) + other + token.slice(index + 1)];
        }),
      );
    },
  });
});

describe('a JWS in JSON', () => {
  refuses({
    source: 'rfc8725bis, 2.13 and 3.14; RFC 7519, 1',
    on: TARGETS,
    bad: (target) => {
      const [header, payload, signature] = parts(target.issued());
      const flattened = JSON.stringify({ protected: header, payload, signature });
      const general = JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
      const forged = encode(target.claims({ sub: 'mallory' }));
      // What one parser reads as JSON, another reads as a compact JWS.
      const polyglot = `{"a":"${header}.${forged}.","payload":"${payload}","signature":"${signature}"}`;
      return {
        flattened: [flattened, 'multiple'],
        general,
        polyglot,
        'flattened, in base64url': [encode(flattened), 'not_a_compact_jws'],
        'flattened, as a header': `${encode(flattened)}.${payload}.${signature}`,
      };
    },
  });
});

/** As a JWE of five parts, with a header that is expensive to decrypt. */
async function encrypted(): Promise<Readonly<Record<string, string>>> {
  const password = Buffer.from('password');
  const jwe = await new CompactEncrypt(Buffer.from('{}'))
    .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM' })
    .setKeyManagementParameters({ p2c: 1000 })
    .encrypt(password);
  const [header, encrypted_key, iv, ciphertext, tag] = jwe.split('.');
  // It is well-formed: the owner of the password can decrypt it.
  await flattenedDecrypt(
    {
      protected: header!,
      encrypted_key: encrypted_key!,
      iv: iv!,
      ciphertext: ciphertext!,
      tag: tag!,
    },
    password,
    { keyManagementAlgorithms: ['PBES2-HS256+A128KW'] },
  );
  const rest = `${encrypted_key}.${iv}.${ciphertext}.${tag}`;
  const costly = { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2s: 'AAAA', p2c: 2 ** 31 - 1 };
  const bomb = { alg: 'dir', enc: 'A128GCM', zip: 'DEF' };
  return {
    'a JWE': jwe,
    'with two thousand million hash rounds': `${encode(costly)}.${rest}`,
    'with a decompression bomb': `${encode(bomb)}..${iv}.${encode(randomBytes(4096))}.${tag}`,
    'with alg none': `${encode({ alg: 'none' })}.${rest}`,
    'with the algorithm of a signature': `${encode({ alg: 'ES256', kid: 'main' })}.${rest}`,
  };
}

describe('an encrypted token, with its costs', async () => {
  const jwes = await encrypted();
  refuses({
    source: 'CVE-2022-36083, CVE-2024-28176, CVE-2023-51774; rfc8725bis, 2.3, 2.10 and 2.12',
    on: TARGETS,
    bad: () =>
      Object.fromEntries(
        Object.entries(jwes).map(([what, token]) => [what, [token, 'encrypted'] as const]),
      ),
  });
});

describe('crit, and b64: false', () => {
  refuses({
    source: 'CVE-2026-35042, CVE-2025-59420; RFC 7515, 4.1.11; RFC 7797, 6',
    on: SIGNED,
    bad: (target) => {
      const [header] = parts(target.issued({}, { crit: ['x'], x: 1 }));
      const twice = Buffer.from(header, 'base64url').toString().replace('{', '{"crit":["exp"],');
      const input = `${encode(twice)}.${encode(target.claims())}`;
      const duplicate = `${input}.${signInput(target.key, input).toString('base64url')}`;
      const plain = JSON.stringify(target.claims()).replaceAll('.', '_');
      return {
        'an unknown one': [target.issued({}, { crit: ['x'], x: 1 }), 'critical'],
        'an unknown one that is absent': [target.issued({}, { crit: ['x'] }), 'critical'],
        'an empty list': [target.issued({}, { crit: [] }), 'critical'],
        'a name twice': [target.issued({}, { crit: ['x', 'x'], x: 1 }), 'critical'],
        'a name of the RFC itself': [target.issued({}, { crit: ['alg'] }), 'critical'],
        'a claim': [target.issued({}, { crit: ['exp'] }), 'critical'],
        null: [target.issued({}, { crit: null }), 'critical'],
        text: [target.issued({}, { crit: 'x' }), 'critical'],
        'crit twice': [duplicate, 'critical'],
        'b64: false, critical': [target.issued({}, { crit: ['b64'], b64: false }), 'critical'],
        'b64: false': [target.issued({}, { b64: false }), 'critical'],
        'b64 as text': [target.issued({}, { b64: 'false' }), 'critical'],
        'an unencoded payload': `${encode({ alg: target.key.alg, b64: false, crit: ['b64'] })}.${plain}.AA`,
      };
    },
  });
});

describe('a payload or header that is no JSON object in UTF-8', () => {
  refuses({
    source: 'fast-jwt #639; RFC 7519, 7.2; RFC 8725, 2.6 and 3.7',
    on: SIGNED,
    bad: (target) => {
      const good = JSON.stringify(target.claims());
      const head = { alg: target.key.alg, kid: target.key.kid };
      const wrong: Readonly<Record<string, string | Uint8Array>> = {
        'a list': '[]',
        'a list of claims': `[${good}]`,
        null: 'null',
        'a number': '1',
        text: JSON.stringify(good),
        true: 'true',
        nothing: '',
        'two objects': good + good,
        'a comma too many': good.replace('}', ',}'),
        'a comment': `${good}//`,
        'a byte order mark': `\uFEFF${good}`,
        'UTF-16': Buffer.from(good, 'utf16le'),
        'a byte that is no UTF-8': Buffer.concat([
          Buffer.from(good.slice(0, -2)),
          Buffer.from([0xff]),
          Buffer.from('"}'),
        ]),
        'UTF-8 written too long': Buffer.concat([
          Buffer.from(good.slice(0, -2)),
          Buffer.from([0xc0, 0xaf]),
          Buffer.from('"}'),
        ]),
      };
      return Object.fromEntries(
        Object.entries(wrong).flatMap(([what, part]) => [
          [`the payload ${what}`, [target.forged(head, part), 'not_a_json_object'] as const],
          [
            `the header ${what}`,
            [
              target.forged(typeof part === 'string' ? part : Buffer.from(part), good),
              'not_a_json_object',
            ] as const,
          ],
        ]),
      );
    },
  });
});

function sizes(target: Target): Readonly<Record<string, string>> {
  const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  return {
    'sixty thousand dots': '.'.repeat(60_000),
    'eight thousand dots': '.'.repeat(8000),
    'dots after a header': `${encode({ alg: 'ES256' })}${'.'.repeat(8000)}`,
    'a kid of 40,000 letters': target.forged({ kid: 'k'.repeat(40_000) }),
    'a nested payload': target.forged({}, deep(20_000)),
    'a payload of nested claims': target.forged({}, `{"a":${deep(20_000)}}`),
    'a nested header': target.forged(`{"a":${deep(20_000)}}`),
    'brackets that are never closed': target.forged({}, `{"a":${'['.repeat(40_000)}`),
  };
}

const SIZE_SOURCE = 'CVE-2025-30204, CVE-2025-53864';
const credentials = bearerFromMetadata({ maxTokenBytes: 65_536 });

describe('a token of very many dots, brackets or bytes', () => {
  refuses({
    source: SIZE_SOURCE,
    on: TARGETS,
    bad: (target) =>
      Object.fromEntries(
        Object.entries(sizes(target)).map(([what, token]) => [
          what,
          token.length > 16_384 ? ([token, 'too_large'] as const) : token,
        ]),
      ),
  });
});

describe('a token of very many dots, brackets or bytes, where 64 KiB are allowed', () => {
  refuses({ source: SIZE_SOURCE, on: TARGETS, credentials, bad: sizes });
});

describe('claims nested 20,000 deep, signed by the issuer', () => {
  for (const name of SIGNED) {
    it(`${name}: does not affect other calls (${SIZE_SOURCE})`, async () => {
      const depth = 20_000;
      const nested = `"n":${'['.repeat(depth)}${']'.repeat(depth)}`;
      await withTarget(
        name,
        async ({ target, call }) => {
          const payload = JSON.stringify(target.claims()).replace('{', `{${nested},`);
          await call(target.issued(payload));
          assert.equal((await call(target.issued())).code, status.OK);
        },
        { credentials },
      );
    });
  }
});
