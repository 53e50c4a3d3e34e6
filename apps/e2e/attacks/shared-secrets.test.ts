import assert from 'node:assert/strict';
import { createPublicKey, createSecretKey, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { loadAuth } from '@grpc-authn/config';
import { ConfigError } from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createKey, jws, secretKey } from '../support/attack-keys.ts';
import { AUDIENCE, KEYS } from '../support/attack-targets.ts';
import { withEcho } from '../support/with-echo.ts';

const issuer = 'https://login.example.com';

function create(secrets: unknown): ReturnType<typeof createHs256Authenticator> {
  return createHs256Authenticator({ secrets: secrets as never, issuer, audience: AUDIENCE });
}

/** Rejected as options and in a config; the error never contains the secret. */
async function isRefusedAtStart(bytes: Uint8Array, what: string): Promise<void> {
  const text = Buffer.from(bytes).toString('base64');
  const secrets = [{ text, encoding: 'base64' }];
  const authenticator = { use: 'hs256', issuer, audience: AUDIENCE, secrets };
  for (const start of [
    async () => create([{ bytes }]),
    async () => create([{ key: createSecretKey(bytes) }]),
    async () => create([{ kid: 'k', text, encoding: 'base64' }]),
    async () => loadAuth({ config: { authenticator } }),
  ]) {
    await assert.rejects(start, (error: unknown) => {
      assert.ok(error instanceof ConfigError, `${what}: ${String(error)}`);
      for (const shown of [text.slice(0, 24), Buffer.from(bytes).toString().slice(0, 60)]) {
        if (shown.trim().length > 8) assert.ok(!error.message.includes(shown), what);
      }
      return true;
    });
  }
}

async function isGood(bytes: Uint8Array): Promise<void> {
  const exp = Math.floor(Date.now() / 1000) + 300;
  const token = jws(secretKey(bytes), { alg: 'HS256' }, { iss: issuer, aud: AUDIENCE, exp });
  await withEcho({ authenticator: create([{ bytes }]) }, async ({ client }) => {
    const { code } = await client.call('unary', { authorization: `Bearer ${token}` });
    assert.equal(code, status.OK);
  });
}

const pem = KEYS.rsa.publicKey!.export({ format: 'pem', type: 'spki' }).toString();
const der = KEYS.rsa.publicKey!.export({ format: 'der', type: 'spki' });

describe('a shared secret that is a public key in disguise', () => {
  const ed = createKey('EdDSA').publicKey!.export({ format: 'pem', type: 'spki' }).toString();
  const disguises: Readonly<Record<string, string | Uint8Array>> = {
    'as it is': pem,
    'a space before it': ` ${pem}`,
    'lines before it': `\n\n\t${pem}`,
    'a comment before it': `# public key of production\n${pem}`,
    'text before it': `Key:${pem}`,
    'a zero-width space before it': `\u200B${pem}`,
    'a byte order mark before it': `\uFEFF${pem}`,
    'zero-width joiners within': pem.replace('BEGIN', 'BE\u200DGIN'),
    'line ends escaped': pem.replaceAll('\n', String.raw`\n`),
    'in quotes': JSON.stringify(pem),
    'in base64': Buffer.from(pem).toString('base64'),
    'in hex': Buffer.from(pem).toString('hex'),
    'two bytes a character': Buffer.from(pem, 'utf16le'),
    'PKCS #1': KEYS.rsa.publicKey!.export({ format: 'pem', type: 'pkcs1' }).toString(),
    'of another curve': ed,
    DER: der,
    'DER in base64': der.toString('base64'),
    'DER with a space before it': Buffer.concat([Buffer.from(' '), der]),
    'its armour in lower case': pem.replace('BEGIN', 'begin'),
  };
  for (const [what, disguise] of Object.entries(disguises)) {
    it(`hs256: does not start (CVE-2023-48223, CVE-2026-34950, GHSA-ww5h-9m49-7xx4): ${what}`, async () => {
      await isRefusedAtStart(Buffer.from(disguise as string), what);
    });
  }

  it('hs256: a secret of as many bytes, and one of letters, are accepted', async () => {
    await isGood(randomBytes(der.length));
    await isGood(Buffer.from('a secret of letters, which nobody else knows: 4711'));
  });
});

describe('a shared secret that is a public JWK or JWK Set', () => {
  const { jwk } = KEYS.rsa;
  const forms: Readonly<Record<string, string>> = {
    'a JWK': JSON.stringify(jwk),
    'a JWK of many lines': JSON.stringify(jwk, null, 2),
    'a JWK Set': JSON.stringify({ keys: [jwk, KEYS.main.jwk] }),
    'a JWK Set in base64': Buffer.from(JSON.stringify({ keys: [jwk] })).toString('base64'),
    'a JWK whose names are escaped': JSON.stringify(jwk).replace('kty', String.raw`\u006bty`),
    'an OpenSSH key': `ssh-rsa ${Buffer.from('\u0000\u0000\u0000\u0007ssh-rsa').toString('base64')}${'A'.repeat(64)} me@host`,
  };
  for (const [what, text] of Object.entries(forms)) {
    it(`hs256: does not start (GHSA-g3jj-5cmm-3hxx): ${what}`, async () => {
      await isRefusedAtStart(Buffer.from(text), what);
    });
  }

  it('hs256: a secret in JSON that is not a key is accepted', async () => {
    await isGood(Buffer.from(JSON.stringify({ pass: randomBytes(24).toString('hex') })));
  });
});

describe('a shared secret that is long enough, and weak', () => {
  const weak: Readonly<Record<string, Uint8Array>> = {
    zeros: Buffer.alloc(32),
    'bytes that count up': Buffer.from(Array.from({ length: 32 }, (_, index) => index)),
    'a short part, again and again': Buffer.from('hG7sk2Lq9Z'.repeat(4)),
    'an example': Buffer.from('a-string-secret-at-least-256-bits-long'),
  };
  for (const [what, bytes] of Object.entries(weak)) {
    it(`hs256: does not start (CWE-521, rule 55): ${what}`, () => isRefusedAtStart(bytes, what));
  }
});

describe('a shared secret that is empty, short or none', () => {
  it('hs256: does not start (GHSA-gmvf-9v4p-v8jc, GHSA-8wpc-h4q6-8fxv; RFC 7518, 3.2; RFC 8725, 3.5)', async () => {
    for (const length of [0, 1, 16, 31]) {
      const bytes = randomBytes(length);
      assert.throws(() => create([{ bytes }]), ConfigError, `${length} bytes`);
    }
    const text = randomBytes(32).toString('base64');
    const wrong: readonly unknown[] = [
      undefined,
      null,
      '',
      text,
      [],
      [undefined],
      [null],
      [''],
      [{}],
      [{ bytes: null }],
      [{ bytes: '' }],
      [{ bytes: [1, 2, 3] }],
      [{ text: '', encoding: 'utf8' }],
      [{ text, encoding: 'none' }],
      [{ text, encoding: undefined }],
      // A promise of a secret is not a secret.
      [{ bytes: Promise.resolve(randomBytes(32)) }],
      [{ text: Promise.resolve(text), encoding: 'base64' }],
      [async () => randomBytes(32)],
      Promise.resolve([{ bytes: randomBytes(32) }]),
      async () => [{ bytes: randomBytes(32) }],
      [{ key: createPublicKey(pem) }],
    ];
    for (const [index, secrets] of wrong.entries()) {
      assert.throws(() => create(secrets), ConfigError, `wrong[${index}]`);
      const authenticator = { use: 'hs256', issuer, audience: AUDIENCE, secrets };
      await assert.rejects(loadAuth({ config: { authenticator } }), ConfigError, `wrong[${index}]`);
    }
  });

  it('hs256: 32 bytes are accepted', async () => {
    await isGood(randomBytes(32));
  });
});
