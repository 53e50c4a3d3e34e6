import { KeyObject } from 'node:crypto';
import { checkText, describeSecret, wrongOption } from '@grpc-authn/core/internal';
import { findWeakness } from '@grpc-authn/jwt/internal';
import { findDisguisedKey } from './disguised-key.ts';

/** A shared secret: bytes, a secret KeyObject, or text with its encoding. */
export type Hs256Secret = { readonly kid?: string } & (
  | { readonly bytes: Uint8Array }
  | { readonly key: KeyObject }
  | { readonly text: string; readonly encoding: (typeof ENCODINGS)[number] }
);

export interface ReadSecret {
  readonly kid: string | undefined;
  readonly bytes: Buffer;
}

/** RFC 7518, section 3.2: the key must be at least as long as the hash. */
const MIN_BYTES = 32;
export const MAX_SECRETS = 8;

/** Copies the bytes of the secrets. @throws ConfigError, which shows only a secret's type and length. */
export function readSecrets(secrets: unknown): readonly ReadSecret[] {
  if (!Array.isArray(secrets) || secrets.length === 0 || secrets.length > MAX_SECRETS) {
    throw wrongOption('secrets', describeSecret(secrets), `a list of 1 to ${MAX_SECRETS} secrets`);
  }
  const read = secrets.map((secret, index) => readSecret(`secrets[${index}]`, secret));
  const kids = read.flatMap(({ kid }) => kid ?? []);
  if (new Set(kids).size < kids.length) {
    throw wrongOption('secrets', 'one kid twice', 'a different kid for each secret');
  }
  return read;
}

function readSecret(option: string, secret: Hs256Secret): ReadSecret {
  checkMembers(option, secret);
  const forms = ['bytes', 'key', 'text'].filter((form) => Object.hasOwn(secret, form));
  if (forms.length !== 1) {
    throw wrongOption(option, forms.join(' and ') || 'none', 'one of bytes, key and text');
  }
  const kid = secret.kid === undefined ? undefined : checkText(`${option}.kid`, secret.kid);
  const bytes = readBytes(option, secret);
  const disguised = findDisguisedKey(bytes);
  if (disguised !== undefined) {
    throw wrongOption(
      option,
      `${disguised} (${bytes.length} bytes)`,
      'a secret that is not public',
    );
  }
  if (bytes.length < MIN_BYTES) {
    throw wrongOption(option, `${bytes.length} bytes`, `at least ${MIN_BYTES} bytes`);
  }
  const weakness = findWeakness(bytes, 'text' in secret ? secret.text : undefined);
  if (weakness !== undefined) {
    const expected = 'a random secret, such as the output of "openssl rand -base64 32"';
    throw wrongOption(option, `one of ${bytes.length} bytes that ${weakness}`, expected);
  }
  return { kid, bytes };
}

function readBytes(option: string, secret: Hs256Secret): Buffer {
  if ('key' in secret) {
    if (secret.key instanceof KeyObject && secret.key.type === 'secret') return secret.key.export();
    throw wrongOption(`${option}.key`, describeKey(secret.key), 'a KeyObject of type secret');
  }
  if ('bytes' in secret) {
    if (secret.bytes instanceof Uint8Array) return Buffer.from(secret.bytes);
    throw wrongOption(`${option}.bytes`, describeSecret(secret.bytes), 'a Uint8Array');
  }
  const { text, encoding } = secret;
  if (typeof text !== 'string')
    throw wrongOption(`${option}.text`, describeSecret(text), 'a string');
  if (encoding === 'utf8') return Buffer.from(text, 'utf8');
  const alphabet = ALPHABETS.get(encoding);
  if (alphabet === undefined) {
    const expected = 'one of utf8, base64, base64url and hex';
    throw wrongOption(`${option}.encoding`, describeSecret(encoding), expected);
  }
  if (!alphabet.test(text)) {
    throw wrongOption(
      `${option}.text`,
      `${describeSecret(text)} that is not ${encoding}`,
      encoding,
    );
  }
  return Buffer.from(text, encoding);
}

/** Encodings of a secret given as text. */
export const ENCODINGS: readonly ['utf8', 'base64', 'base64url', 'hex'] = Object.freeze([
  'utf8',
  'base64',
  'base64url',
  'hex',
]);

const ALPHABETS: ReadonlyMap<string, RegExp> = new Map([
  ['base64', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/],
  ['base64url', /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/],
  ['hex', /^(?:[0-9A-Fa-f]{2})*$/],
]);

/** The error omits the unknown member's name: it may be a misplaced secret. */
function checkMembers(option: string, secret: unknown): void {
  if (typeof secret !== 'object' || secret === null) {
    throw wrongOption(option, describeSecret(secret), 'an object');
  }
  const known = ['kid', 'key', 'bytes', 'text', ...('text' in secret ? ['encoding'] : [])];
  if (Object.keys(secret).every((name) => known.includes(name))) return;
  throw wrongOption(option, 'an unknown member', `only the members ${known.join(', ')}`);
}

function describeKey(key: unknown): string {
  return key instanceof KeyObject ? `a KeyObject of type ${key.type}` : describeSecret(key);
}
