// Compiled, never run: what a secret may be, and which options HS256 has.
import type { KeyObject } from 'node:crypto';
import type { ClaimsOf, ManagedAuthenticator } from '@grpc-authn/core/authenticator';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { createHs256Authenticator, type Hs256Secret } from '../src/index.ts';

type Equals<A, B> =
  (<T>(value: T) => T extends A ? 1 : 2) extends <T>(value: T) => T extends B ? 1 : 2
    ? true
    : false;
type True<T extends true> = T;

declare const bytes: Uint8Array;
declare const key: KeyObject;
declare const schema: StandardSchemaV1<unknown, { readonly tenant: string }>;

const base = { issuer: 'https://login.example.com', audience: 'orders' } as const;

export const forms: readonly Hs256Secret[] = [
  { bytes },
  { key },
  { kid: '2026-11', text: 'x', encoding: 'base64' },
  { text: 'x', encoding: 'base64url' },
  { text: 'x', encoding: 'hex' },
  { text: 'x', encoding: 'utf8' },
  // @ts-expect-error -- text alone: it does not say how it is encoded
  { text: 'x' },
  // @ts-expect-error -- another encoding
  { text: 'x', encoding: 'latin1' },
  // @ts-expect-error -- no secret at all
  { kid: '2026-11' },
  // @ts-expect-error -- text instead of bytes
  { bytes: 'x' },
  // @ts-expect-error -- text that says nothing of itself
  'x',
];

const plain = createHs256Authenticator({ ...base, secrets: [{ bytes }] });
export type Check1 = True<Equals<typeof plain, ManagedAuthenticator>>;

const typed = createHs256Authenticator({ ...base, secrets: [{ bytes }], claims: schema });
export type Check2 = True<Equals<ClaimsOf<typeof typed>, { readonly tenant: string }>>;

// @ts-expect-error -- no secret
createHs256Authenticator({ ...base, secrets: [] });
// @ts-expect-error -- secrets are asked for
createHs256Authenticator({ ...base });
// @ts-expect-error -- there is one algorithm, and it is in the name
createHs256Authenticator({ ...base, secrets: [{ bytes }], algorithms: ['HS512'] });
// @ts-expect-error -- an audience is asked for
createHs256Authenticator({ issuer: 'https://login.example.com', secrets: [{ bytes }] });
