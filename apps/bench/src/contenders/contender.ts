import type { Algorithm, SigningMaterial } from '../tokens/signing-material.ts';

/** What a verifier is built from. */
export interface Setting {
  readonly material: SigningMaterial;
  /** Where the keys are published. */
  readonly jwksUri: string;
  /** Maximum number of cache entries. */
  readonly cacheEntries: number;
}

/** Checks a token as a careful server does: algorithm, issuer, audience and times. */
export interface Verifier {
  /** A rejection is thrown, rejected or returned as an Error. */
  readonly check: (token: string) => unknown;
}

export interface Contender {
  readonly name: string;
  readonly algorithms: readonly Algorithm[];
  create(setting: Setting): Verifier | Promise<Verifier>;
}

/** Only a verifier that accepts a good token and rejects bad ones is timed. */
export async function proved(
  contender: Contender,
  setting: Setting,
  tokens: { readonly good: string; readonly bad: readonly string[] },
): Promise<Verifier> {
  const verifier = await contender.create(setting);
  if (!(await accepts(verifier, tokens.good))) {
    throw new Error(`${contender.name} rejects a good ${setting.material.algorithm} token`);
  }
  for (const bad of tokens.bad) {
    if (!(await accepts(verifier, bad))) continue;
    throw new Error(`${contender.name} accepts a bad ${setting.material.algorithm} token`);
  }
  return verifier;
}

async function accepts(verifier: Verifier, token: string): Promise<boolean> {
  try {
    return !((await verifier.check(token)) instanceof Error);
  } catch {
    return false;
  }
}
