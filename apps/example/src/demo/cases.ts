import { SignJWT, UnsecuredJWT } from 'jose';

export interface DemoCase {
  readonly name: string;
  /** The value of the `authorization` field, or none. */
  readonly authorization: string | undefined;
  readonly wanted: string;
}

export const CALL_KINDS = ['unary', 'client stream', 'server stream', 'bidirectional'] as const;

/** What a login service would have issued, and what an attacker would make of it. */
export async function hs256Cases(secret: Uint8Array): Promise<readonly DemoCase[]> {
  const token = (key = secret, audience = 'orders', lifetime = '5 minutes'): Promise<string> =>
    new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://login.example.com')
      .setSubject('alice')
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(lifetime)
      .sign(key);
  const unsecured = new UnsecuredJWT()
    .setIssuer('https://login.example.com')
    .setAudience('orders')
    .setExpirationTime('5 minutes')
    .encode();
  const otherSecret = crypto.getRandomValues(new Uint8Array(32));
  const refused = 'UNAUTHENTICATED';
  return [
    { name: 'good token', authorization: `Bearer ${await token()}`, wanted: 'OK' },
    { name: 'no token', authorization: undefined, wanted: refused },
    { name: 'malformed header', authorization: 'Bearer two words', wanted: refused },
    {
      name: 'wrong signature',
      authorization: `Bearer ${await token(otherSecret)}`,
      wanted: refused,
    },
    {
      name: 'expired',
      authorization: `Bearer ${await token(secret, 'orders', '1 minute ago')}`,
      wanted: refused,
    },
    {
      name: 'wrong audience',
      authorization: `Bearer ${await token(secret, 'billing')}`,
      wanted: refused,
    },
    { name: 'alg: none', authorization: `Bearer ${unsecured}`, wanted: refused },
  ];
}
