import { wronglySigned, wrongClaims } from '../tokens/bad-tokens.ts';
import { Mint } from '../tokens/mint.ts';
import type { Algorithm, KeySet } from '../tokens/signing-material.ts';

/** What a verifier is built from. */
export interface Setting {
  /** Tokens name one of them by `kid`, and have its algorithm. */
  readonly keys: KeySet;
  /** Where the keys are published. */
  readonly jwksUri: string;
  /** Maximum number of cache entries. */
  readonly cacheEntries: number;
  /** The module with our packages as they were at another commit. */
  readonly before?: string | undefined;
}

/** Checks a token as a careful server does: algorithm, key by `kid`, issuer, audience and times; `exp` is required. */
export interface Verifier {
  /** A rejection is thrown, rejected or returned as an Error. */
  readonly check: (token: string) => unknown;
}

export interface Contender {
  readonly name: string;
  readonly algorithms: readonly Algorithm[];
  create(setting: Setting): Verifier | Promise<Verifier>;
}

/** Creates a verifier, which is timed only if it accepts a token of each key and rejects every bad one. */
export async function proved(contender: Contender, setting: Setting): Promise<Verifier> {
  const verifier = await contender.create(setting);
  await prove(contender.name, verifier, setting);
  return verifier;
}

/** @throws Error if a token gets the wrong verdict. Without `claims`, only the signature is proved. */
export async function prove(
  name: string,
  verifier: Verifier,
  { keys }: Setting,
  { claims = true }: { readonly claims?: boolean } = {},
): Promise<void> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const { algorithm } = keys[0];
  for (const key of keys) {
    if (await accepts(verifier, new Mint(key, nowSeconds).token(0))) continue;
    throw new Error(`${name} rejects a good ${algorithm} token of the key "${key.kid}"`);
  }
  const bad = [
    ...wronglySigned(keys, nowSeconds),
    ...(claims ? wrongClaims(keys, nowSeconds) : []),
  ];
  for (const { fault, token } of bad) {
    if (!(await accepts(verifier, token))) continue;
    throw new Error(`${name} accepts an ${algorithm} token with ${fault}`);
  }
}

async function accepts(verifier: Verifier, token: string): Promise<boolean> {
  try {
    return !((await verifier.check(token)) instanceof Error);
  } catch {
    return false;
  }
}
