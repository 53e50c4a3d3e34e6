export { createHs256Authenticator, type Hs256Options } from './create-hs256-authenticator.ts';
export type { Hs256Secret } from './secret.ts';
