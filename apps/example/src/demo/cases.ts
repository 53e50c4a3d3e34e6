import type { TestIssuer } from '@grpc-authn/testing';
import { SignJWT, UnsecuredJWT } from 'jose';

export const CALL_KINDS = ['unary', 'client stream', 'server stream', 'bidirectional'] as const;
export type CallKind = (typeof CALL_KINDS)[number] | 'refund' | 'open stream';

export interface DemoCase {
  readonly name: string;
  /** The value of the `authorization` field, or none. */
  readonly authorization: string | undefined;
  readonly wanted: string;
  /** All four unless said. */
  readonly kinds?: readonly CallKind[];
}

const REFUSED = 'UNAUTHENTICATED';
const CLAIMS = { aud: 'orders', scope: 'orders:read orders:write' };

/** The tokens that a set of cases is made of. */
interface Tokens {
  readonly good: string;
  readonly forged: string;
  readonly expired: string;
  readonly forOthers: string;
  readonly unsecured: string;
}

/** A login service that shares its secret with us, as one would write it with jose. */
export function signWithSecret(
  issuer: string,
  secret: Uint8Array,
  { lifetime = '5 minutes', ...claims }: { lifetime?: string; aud?: string; scope?: string } = {},
): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject('alice')
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .sign(secret);
}

/** What the login service would have issued, and what an attacker would make of it. */
export async function hs256Cases(issuer: string, secret: Uint8Array): Promise<readonly DemoCase[]> {
  const otherSecret = crypto.getRandomValues(new Uint8Array(32));
  return casesOf({
    good: await signWithSecret(issuer, secret),
    forged: await signWithSecret(issuer, otherSecret),
    expired: await signWithSecret(issuer, secret, { lifetime: '1 minute ago' }),
    forOthers: await signWithSecret(issuer, secret, { aud: 'billing' }),
    unsecured: new UnsecuredJWT(CLAIMS).setIssuer(issuer).setExpirationTime('5 minutes').encode(),
  });
}

/** The same with a provider's public keys. */
export async function providerCases(issuer: TestIssuer): Promise<readonly DemoCase[]> {
  const good = await issuer.sign(CLAIMS);
  const unknown = await issuer.sign(CLAIMS, { kid: 'nobody-published-it' });
  return [
    ...casesOf({
      good,
      forged: `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(342)}`,
      expired: await issuer.sign({ ...CLAIMS, exp: 1 }),
      forOthers: await issuer.sign({ ...CLAIMS, aud: 'billing' }),
      unsecured: await issuer.sign(CLAIMS, { alg: 'none' }),
    }),
    { name: 'unknown kid', authorization: `Bearer ${unknown}`, wanted: REFUSED },
  ];
}

/** What the policy and the streams add. */
export async function policyCases(issuer: TestIssuer): Promise<readonly DemoCase[]> {
  const reader = `Bearer ${await issuer.sign({ ...CLAIMS, scope: 'orders:read' })}`;
  const writer = `Bearer ${await issuer.sign(CLAIMS)}`;
  const revoked = await issuer.sign(CLAIMS);
  issuer.revoke(revoked);
  const exp = Math.floor(Date.now() / 1000) + 2;
  const brief = `Bearer ${await issuer.sign({ ...CLAIMS, exp })}`;
  return [
    {
      name: 'read, with orders:read',
      authorization: reader,
      wanted: 'OK',
      kinds: ['server stream'],
    },
    {
      name: 'write, with orders:read',
      authorization: reader,
      wanted: 'PERMISSION_DENIED',
      kinds: ['client stream'],
    },
    { name: 'confirmed token', authorization: writer, wanted: 'OK', kinds: ['refund'] },
    {
      name: 'revoked, elsewhere',
      authorization: `Bearer ${revoked}`,
      wanted: 'OK',
      kinds: ['unary'],
    },
    {
      name: 'revoked, second opinion',
      authorization: `Bearer ${revoked}`,
      wanted: 'PERMISSION_DENIED',
      kinds: ['refund'],
    },
    {
      name: 'stream of a 2 s token',
      authorization: brief,
      wanted: REFUSED,
      kinds: ['open stream'],
    },
  ];
}

/** Opaque tokens, about which the provider is asked. */
export function opaqueCases(issuer: TestIssuer): readonly DemoCase[] {
  const token = (answer: object = {}): string =>
    `Bearer ${issuer.opaque({ ...CLAIMS, ...answer })}`;
  const revoked = issuer.opaque(CLAIMS);
  issuer.revoke(revoked);
  return [
    { name: 'active token', authorization: token(), wanted: 'OK' },
    { name: 'unknown token', authorization: 'Bearer made-up', wanted: REFUSED },
    { name: 'revoked token', authorization: `Bearer ${revoked}`, wanted: REFUSED },
    { name: 'refresh token', authorization: token({ token_type: 'refresh' }), wanted: REFUSED },
    { name: 'wrong audience', authorization: token({ aud: 'billing' }), wanted: REFUSED },
  ];
}

function casesOf(tokens: Tokens): readonly DemoCase[] {
  const refused = (name: string, token: string): DemoCase => ({
    name,
    authorization: `Bearer ${token}`,
    wanted: REFUSED,
  });
  return [
    { name: 'good token', authorization: `Bearer ${tokens.good}`, wanted: 'OK' },
    { name: 'no token', authorization: undefined, wanted: REFUSED },
    refused('malformed header', 'two words'),
    refused('wrong signature', tokens.forged),
    refused('expired', tokens.expired),
    refused('wrong audience', tokens.forOthers),
    refused('alg: none', tokens.unsecured),
  ];
}
