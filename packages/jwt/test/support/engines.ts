import { joseEngine } from '../../src/signature/jose-engine.ts';
import { nodeEngine } from '../../src/signature/node-engine.ts';
import type { SignatureEngine } from '../../src/signature/signature-engine.ts';

/** Each engine without a fallback. */
export const ENGINES: readonly (readonly [string, readonly SignatureEngine[]])[] = [
  ['node:crypto', [nodeEngine]],
  ['jose', [joseEngine]],
];

/** Every supported algorithm, under one name each. */
export const ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
