import type { TestIssuer } from '@grpc-authn/testing';
import {
  decodeJwt,
  decodeProtectedHeader,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { type Shop, signWithSecret } from '../tokens.ts';

export const CALL_KINDS = ['unary', 'client stream', 'server stream', 'bidirectional'] as const;
export type CallKind = (typeof CALL_KINDS)[number] | 'refund' | 'health' | 'watch' | 'open stream';

export interface DemoCase {
  readonly name: string;
  /** The value of the `authorization` field, or undefined. */
  readonly authorization: string | undefined;
  readonly expected: string;
  /** Default: all four. */
  readonly kinds?: readonly CallKind[];
}

export const REFUSED = 'UNAUTHENTICATED';
const ALGORITHM = 'RS256';

/** The tokens that a set of cases is created from. */
interface Tokens {
  readonly good: string;
  readonly forged: string;
  readonly expired: string;
  readonly forOthers: string;
}

export function accepted(name: string, token: string): DemoCase {
  return { name, authorization: bearer(token), expected: 'OK' };
}

export function refused(name: string, token: string): DemoCase {
  return { name, authorization: bearer(token), expected: REFUSED };
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

/** A good token of the login service, and forgeries of it. */
export async function hs256Cases(secret: Uint8Array): Promise<readonly DemoCase[]> {
  const otherSecret = crypto.getRandomValues(new Uint8Array(32));
  return casesOf({
    good: await signWithSecret(secret),
    forged: await signWithSecret(otherSecret),
    expired: await signWithSecret(secret, { lifetime: '1 minute ago' }),
    forOthers: await signWithSecret(secret, { aud: 'billing' }),
  });
}

/** JWTs of the provider, and forgeries. `expired` is one whose time has passed. */
export async function providerCases(shop: Shop, expired: string): Promise<readonly DemoCase[]> {
  const good = await shop.token('jwt');
  const { privateKey } = await generateKeyPair(ALGORITHM);
  const forge = (kid: string | undefined): Promise<string> =>
    new SignJWT(decodeJwt(good))
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', ...(kid === undefined ? {} : { kid }) })
      .sign(privateKey);
  return [
    ...casesOf({
      good,
      forged: await forge(decodeProtectedHeader(good).kid),
      expired,
      forOthers: await shop.token('billing'),
    }),
    refused('unknown kid', await forge('nobody-published-it')),
  ];
}

/** Opaque tokens, which the provider introspects. */
export async function opaqueCases(shop: Shop): Promise<readonly DemoCase[]> {
  const revoked = await shop.token('opaque');
  await shop.revoke(revoked);
  return [
    accepted('active token', await shop.token('opaque')),
    refused('unknown token', 'made-up'),
    refused('revoked token', revoked),
    refused('wrong audience', await shop.token('opaqueBilling')),
  ];
}

/** Answers that a provider may give, and this one never does. */
export function strangeAnswers(issuer: TestIssuer): readonly DemoCase[] {
  const token = (answer: object): string =>
    issuer.opaque({ aud: 'orders', scope: 'orders:read orders:write', ...answer });
  return [
    accepted('access token', token({})),
    refused('refresh token', token({ token_type: 'refresh' })),
    refused('of another issuer', token({ iss: 'https://else.example' })),
    refused('expired, but active', token({ exp: 1 })),
  ];
}

/** The scopes of the policy, the public method, and streams that end with their tokens. */
export async function policyCases(shop: Shop): Promise<readonly DemoCase[]> {
  const reader = await shop.token('jwt', 'orders:read');
  return [
    { ...accepted('read, with orders:read', reader), kinds: ['server stream'] },
    {
      ...accepted('write, with orders:read', reader),
      expected: 'PERMISSION_DENIED',
      kinds: ['client stream'],
    },
    { name: 'no token', authorization: undefined, expected: 'OK', kinds: ['health'] },
    {
      ...accepted('until the first event', reader),
      expected: 'CANCELLED',
      kinds: ['watch'],
    },
    { ...refused('stream of a 2 s token', await shop.token('brief')), kinds: ['open stream'] },
  ];
}

/** A JWT of an unknown issuer. */
export async function ofAnotherIssuer(shop: Shop): Promise<string> {
  const claims: JWTPayload = { ...decodeJwt(await shop.token('jwt')), iss: 'https://else.example' };
  const { privateKey } = await generateKeyPair(ALGORITHM);
  return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM }).sign(privateKey);
}

function casesOf({ good, forged, expired, forOthers }: Tokens): readonly DemoCase[] {
  return [
    accepted('good token', good),
    { name: 'no token', authorization: undefined, expected: REFUSED },
    refused('malformed header', 'two words'),
    refused('wrong signature', forged),
    refused('expired', expired),
    refused('wrong audience', forOthers),
    refused('alg: none', new UnsecuredJWT(decodeJwt(good)).encode()),
  ];
}
