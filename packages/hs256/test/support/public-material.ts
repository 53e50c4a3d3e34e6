import { generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A self-signed certificate; its private key was deleted. */
export const CERTIFICATE_PEM = `-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUZamFk+wBdpFat8Ec+l1NzdvHAGAwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPZ3JwYy1hdXRobi10ZXN0MCAXDTI2MTEyMjE2MTU1NVoYDzIx
MjYxMDI5MTYxNTU1WjAaMRgwFgYDVQQDDA9ncnBjLWF1dGhuLXRlc3QwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQiIfXopEMlVEnQocpA9LHrMjZdvN6UGzM+FEpo
ZehEHyzOhyrxRwPxaVUMn99EGQUKsfdo2tWxTr0hTXel+dAco1MwUTAdBgNVHQ4E
FgQUAAqXk7Pl5Rr/xAdHkKXoDcwgtg8wHwYDVR0jBBgwFoAUAAqXk7Pl5Rr/xAdH
kKXoDcwgtg8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA9FfU
p9OMkzTXov0j0mZjIckCkEwMMeOEDReYAyZBKXsCIFKgRCISGKF+a74UhNsKHjDw
Jo5ECbTVkqG/UN1+QAuB
-----END CERTIFICATE-----
`;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');

type Export = readonly [string, KeyObject, 'spki' | 'pkcs1' | 'pkcs8' | 'sec1'];

const EXPORTS: readonly Export[] = [
  ['an RSA public key (SPKI)', rsa.publicKey, 'spki'],
  ['an RSA public key (PKCS #1)', rsa.publicKey, 'pkcs1'],
  ['an EC public key (SPKI)', ec.publicKey, 'spki'],
  ['an Ed25519 public key (SPKI)', ed.publicKey, 'spki'],
  ['an RSA private key (PKCS #8)', rsa.privateKey, 'pkcs8'],
  ['an RSA private key (PKCS #1)', rsa.privateKey, 'pkcs1'],
  ['an EC private key (SEC 1)', ec.privateKey, 'sec1'],
  ['an EC private key (PKCS #8)', ec.privateKey, 'pkcs8'],
  ['an Ed25519 private key (PKCS #8)', ed.privateKey, 'pkcs8'],
];

function exportAs(format: 'pem' | 'der', [, key, type]: Export): string | Buffer {
  return key.export({ format, type } as never);
}

export const PEMS: readonly (readonly [string, string])[] = [
  ...EXPORTS.map((each) => [each[0], String(exportAs('pem', each))] as const),
  ['a certificate', CERTIFICATE_PEM],
];

export const DERS: readonly (readonly [string, Buffer])[] = [
  ...EXPORTS.map((each) => [each[0], Buffer.from(exportAs('der', each))] as const),
  [
    'a certificate',
    Buffer.from(CERTIFICATE_PEM.replace(/-----[^-]+-----/g, '').replace(/\s/g, ''), 'base64'),
  ],
];

export const JWKS_AND_KEYS: readonly (readonly [string, object])[] = [
  ['an RSA JWK', rsa.publicKey.export({ format: 'jwk' })],
  ['an EC JWK', ec.publicKey.export({ format: 'jwk' })],
  ['an Ed25519 JWK', ed.publicKey.export({ format: 'jwk' })],
  ['a private JWK', ed.privateKey.export({ format: 'jwk' })],
  ['a secret JWK', { kty: 'oct', k: 'A'.repeat(64) }],
  ['a JWK Set', { keys: [rsa.publicKey.export({ format: 'jwk' })] }],
  ['an empty JWK Set with a long comment', { comment: 'x'.repeat(40), keys: [] }],
];

/** RFC 4253, section 6.6: each field with its length before it. */
function sshKeyBlob(): Buffer {
  const { e = '', n = '' } = rsa.publicKey.export({ format: 'jwk' });
  const fields = ['ssh-rsa', Buffer.from(e, 'base64url'), Buffer.from(`AA${n}`, 'base64url')];
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

export const SSH_KEYS: readonly (readonly [string, string | Buffer])[] = [
  ['a line of authorized_keys', `ssh-rsa ${sshKeyBlob().toString('base64')} alice@example.com`],
  ['such a line after options', `no-pty ssh-rsa ${sshKeyBlob().toString('base64')}`],
  ['its base64 alone', sshKeyBlob().toString('base64')],
  ['its bytes', sshKeyBlob()],
  ['an Ed25519 line', `ssh-ed25519 ${'A'.repeat(68)} alice@example.com`],
  ['an ECDSA line', `ecdsa-sha2-nistp256 ${'A'.repeat(140)} alice`],
  [
    'the SSH2 form of RFC 4716',
    '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----',
  ],
];
