import { createKey, type Key, jws } from './attack-keys.ts';
import { type AttackProvider, startAttackProvider } from './attack-provider.ts';
import { AUDIENCE } from './tokens.ts';

export const WORKLOAD = 'spiffe://acme.example/ns/prod/sa/web';

/** A SPIFFE trust domain, acme.example, with its bundle endpoint on loopback. */
export interface TrustDomain {
  readonly endpoint: AttackProvider;
  /** Signs JWT-SVIDs. */
  readonly key: Key;
  /** Other keys of the bundle, which must not verify JWT-SVIDs. */
  readonly others: Readonly<Record<'x509' | 'without use' | 'without kid' | 'Ed25519', Key>>;
  /** The authenticator of a config file, named mesh. */
  readonly config: object;
  /** A good SVID with these changes; undefined removes a claim or a member of the header. */
  readonly svid: (claims?: object, header?: object, signer?: Key) => string;
  close(): Promise<void>;
}

export async function startTrustDomain(): Promise<TrustDomain> {
  const endpoint = await startAttackProvider();
  const key = createKey('ES256', 'jwt');
  const others = {
    x509: createKey('ES256', 'x509'),
    'without use': createKey('ES256', 'no-use'),
    'without kid': createKey('ES256', 'no-kid'),
    // The standard lists no algorithm for it.
    Ed25519: createKey('EdDSA', 'ed'),
  };
  const { kid: _, ...nameless } = others['without kid'].jwk;
  endpoint.respond('/bundle', {
    spiffe_sequence: 1,
    spiffe_refresh_hint: 300,
    keys: [
      { ...others.x509.jwk, use: 'x509-svid' },
      others['without use'].jwk,
      { ...nameless, use: 'jwt-svid' },
      { ...others.Ed25519.jwk, use: 'jwt-svid' },
      { ...key.jwk, use: 'jwt-svid' },
    ],
  });
  return {
    endpoint,
    key,
    others,
    config: {
      use: 'spiffe',
      name: 'mesh',
      trustDomain: 'acme.example',
      bundle: { url: `${endpoint.issuer}/bundle` },
      audience: AUDIENCE,
      allow: ['spiffe://acme.example/ns/prod/*'],
    },
    svid(claims = {}, header = {}, signer = key) {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const times = { iat: nowSeconds, exp: nowSeconds + 300 };
      const members = { alg: signer.alg, kid: signer.kid, typ: 'JWT', ...header };
      return jws(signer, members, { sub: WORKLOAD, aud: [AUDIENCE], ...times, ...claims });
    },
    close: () => endpoint.close(),
  };
}
