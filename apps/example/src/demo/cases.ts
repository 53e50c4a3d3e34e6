import type { TestIssuer } from '@grpc-authn/testing';
import { SignJWT, UnsecuredJWT } from 'jose';

export interface DemoCase {
  readonly name: string;
  /** The value of the `authorization` field, or none. */
  readonly authorization: string | undefined;
  readonly wanted: string;
}

export const CALL_KINDS = ['unary', 'client stream', 'server stream', 'bidirectional'] as const;

const REFUSED = 'UNAUTHENTICATED';

/** The tokens that a set of cases is made of. */
interface Tokens {
  readonly good: string;
  readonly forged: string;
  readonly expired: string;
  readonly forOthers: string;
  readonly unsecured: string;
}

/** What a login service would have issued, and what an attacker would make of it. */
export async function hs256Cases(issuer: string, secret: Uint8Array): Promise<readonly DemoCase[]> {
  const sign = (key: Uint8Array, audience: string, lifetime: string): Promise<string> =>
    new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setSubject('alice')
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(lifetime)
      .sign(key);
  const otherSecret = crypto.getRandomValues(new Uint8Array(32));
  return casesOf({
    good: await sign(secret, 'orders', '5 minutes'),
    forged: await sign(otherSecret, 'orders', '5 minutes'),
    expired: await sign(secret, 'orders', '1 minute ago'),
    forOthers: await sign(secret, 'billing', '5 minutes'),
    unsecured: new UnsecuredJWT()
      .setIssuer(issuer)
      .setAudience('orders')
      .setExpirationTime('5 minutes')
      .encode(),
  });
}

/** The same with a provider's public keys, and with keys that come and go. */
export async function providerCases(issuer: TestIssuer): Promise<readonly DemoCase[]> {
  const audience = { aud: 'orders' };
  const good = await issuer.sign(audience);
  const cases = casesOf({
    good,
    forged: `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(342)}`,
    expired: await issuer.sign({ ...audience, exp: 1 }),
    forOthers: await issuer.sign({ aud: 'billing' }),
    unsecured: await issuer.sign(audience, { alg: 'none' }),
  });
  const unknown = await issuer.sign(audience, { kid: 'nobody-published-it' });
  return [...cases, { name: 'unknown kid', authorization: `Bearer ${unknown}`, wanted: REFUSED }];
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
