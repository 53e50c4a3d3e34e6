import { AuthError } from '@grpc-authn/core/authenticator';
import { compactVerify } from 'jose';
import { verifyCompactJws } from '../../src/index.ts';
import { importKeySetWith } from '../../src/keys/import-key-set.ts';
import type { ImportedKeySet } from '../../src/keys/key-set.ts';
import { ENGINES } from './engines.ts';
import type { SigningKey } from './signing-key.ts';

/** One key, as both engines and jose itself hold it. */
export interface Subject {
  readonly key: SigningKey;
  readonly byEngine: readonly (readonly [string, ImportedKeySet])[];
}

export function subjectOf(key: SigningKey): Subject {
  const byEngine = ENGINES.map(
    ([name, engines]) => [name, importKeySetWith(engines, { keys: [key.jwk] })] as const,
  );
  return { key, byEngine };
}

/**
 * How jose itself decides, with the same key and algorithm; its payload where it accepts. The key is
 * passed as a JWK, so that no code of this package is involved.
 */
async function askJose(token: string, { jwk, alg }: SigningKey): Promise<Uint8Array | undefined> {
  const algorithms = alg === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [alg];
  const { alg: _, ...unbound } = jwk;
  try {
    return (await compactVerify(token, unbound as never, { algorithms })).payload;
  } catch {
    return undefined;
  }
}

function isCanonical(segment: string): boolean {
  return Buffer.from(segment, 'base64url').toString('base64url') === segment;
}

function headerOf(token: string): { readonly [name: string]: unknown } {
  const text = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();
  return JSON.parse(text.replace(/^\ufeff/, '')) as { readonly [name: string]: unknown };
}

/**
 * Everything that jose accepts and this package refuses, by the reason that is given, and how to see
 * that it is really that. The list is the README's: a refusal that is not on it is a bug here.
 */
const STRICTER: Readonly<Record<string, (token: string, key: SigningKey) => boolean>> = {
  not_base64url: (token) => !token.split('.').every(isCanonical),
  // A byte order mark, which jose's decoder drops.
  not_a_json_object: (token) =>
    Buffer.from(token, 'base64url').subarray(0, 3).toString('hex') === 'efbbbf',
  critical: (token) => Object.hasOwn(headerOf(token), 'crit') || headerOf(token)['b64'] === false,
  unknown_key: (token, key) =>
    Object.hasOwn(headerOf(token), 'kid') && headerOf(token)['kid'] !== key.kid,
  type: (token) => typeof headerOf(token)['typ'] !== 'string',
  // RSASSA-PSS without its leading zeros.
  signature: (token, key) =>
    key.alg.startsWith('PS') &&
    Buffer.from(token.split('.')[2] ?? '', 'base64url').length <
      Buffer.from(key.jwk.n ?? '', 'base64url').length,
};

export type Agreement = 'both accept' | 'both refuse' | `only jose accepts: ${string}`;

/** @throws where an engine accepts what jose refuses, gives another payload, or is stricter unlisted. */
export async function compare(token: string, { key, byEngine }: Subject): Promise<Agreement> {
  const byJose = await askJose(token, key);
  const decided: Agreement[] = [];
  for (const [engine, keys] of byEngine) {
    const verdict = await verifyCompactJws(token, keys, { algorithms: [key.alg] });
    const shown = `${engine}, ${key.alg}, ${JSON.stringify(token)}`;
    if (!AuthError.is(verdict)) {
      if (byJose === undefined) throw new Error(`accepted what jose refuses: ${shown}`);
      if (!Buffer.from(byJose).equals(verdict.payload))
        throw new Error(`another payload: ${shown}`);
      decided.push('both accept');
    } else if (byJose === undefined) {
      decided.push('both refuse');
    } else {
      const known = STRICTER[verdict.reason]?.(token, key) === true;
      if (!known) throw new Error(`refused (${verdict.reason}) what jose accepts: ${shown}`);
      decided.push(`only jose accepts: ${verdict.reason}`);
    }
  }
  const [first = 'both refuse', ...others] = decided;
  if (others.some((other) => other !== first)) {
    throw new Error(`the engines differ (${decided.join(', ')}): ${JSON.stringify(token)}`);
  }
  return first;
}
