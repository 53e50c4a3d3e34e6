import { randomBytes } from 'node:crypto';
import { encode } from '../attack-keys.ts';

/** How an attacker makes tokens, each different from all others. */
export type TokenRecipe =
  /** Opaque ones that begin with this word: 'junk' is not active, 'poison' makes the provider answer 500. */
  | { readonly opaque: 'junk' | 'poison' }
  /** JWTs with a signature that must be verified to be rejected. */
  | { readonly header: object; readonly claims: object; readonly signatureBytes: number };

export function tokenMaker(recipe: TokenRecipe): () => string {
  const run = randomBytes(8).toString('hex');
  let index = 0;
  const next = (): string => `${run}-${(index += 1)}`;
  if ('opaque' in recipe) return () => `${recipe.opaque}-${next()}`;
  const header = encode(recipe.header);
  return () => {
    const signature = randomBytes(recipe.signatureBytes).toString('base64url');
    return `${header}.${encode({ ...recipe.claims, jti: next() })}.${signature}`;
  };
}
