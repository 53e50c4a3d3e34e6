// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createKey, encode, secretKey } from '../support/attack-keys.ts';
import { refuseAll, withServedFile } from '../support/served-file.ts';
import { startTrustDomain, type TrustDomain, WORKLOAD } from '../support/trust-domain.ts';

let domain: TrustDomain;
before(async () => {
  domain = await startTrustDomain();
});
after(() => domain.close());

type Bad = Parameters<typeof refuseAll>[2];

const good = (): readonly [string, string] => [
  domain.svid(),
  `${WORKLOAD} of spiffe://acme.example by mesh`,
];

/** The good SVID is accepted, these are not, and none of them causes a request. */
async function refuses(bad: Bad): Promise<void> {
  const { endpoint, config } = domain;
  await withServedFile(config, async (served) => {
    await served.call(good()[0]);
    const requests = endpoint.paths.filter((path) => path !== '/bundle').length;
    await refuseAll(served, good, bad);
    assert.equal(endpoint.paths.filter((path) => path !== '/bundle').length, requests);
  });
}

/** Tokens with these subjects, signed by the trust domain's own key. */
const subjects = (reason: string, of: Readonly<Record<string, unknown>>): Bad =>
  Object.fromEntries(
    Object.entries(of).map(([what, sub]) => [what, [domain.svid({ sub }), reason]]),
  );

describe('a workload of another trust domain', () => {
  it('UNAUTHENTICATED, although the key is right (SPIFFE-ID, 2.1; SPIFFE_Trust_Domain_and_Bundle, 6.2)', () =>
    refuses(
      subjects('issuer', {
        'another domain': 'spiffe://other.example/ns/prod/sa/web',
        'a longer domain': 'spiffe://acme.example.evil/ns/prod/sa/web',
        'a domain below it': 'spiffe://evil.acme.example/ns/prod/sa/web',
        'a user name': 'spiffe://acme.example@evil/ns/prod/sa/web',
        'a port': 'spiffe://acme.example:443/ns/prod/sa/web',
        'another case': 'spiffe://ACME.example/ns/prod/sa/web',
        'another scheme': 'https://acme.example/ns/prod/sa/web',
        'percent-encoding': 'spiffe://acme%2Eexample/ns/prod/sa/web',
        'a list': [WORKLOAD],
        'an object': { toString: WORKLOAD },
        nothing: undefined,
      }),
    ));

  it('UNAUTHENTICATED with a key of its own, under the name of ours (JWT-SVID, 4)', () =>
    refuses({
      'the same kid': [domain.svid({}, {}, createKey('ES256', 'jwt')), 'signature'],
      'another kid': [domain.svid({}, {}, createKey('ES256', 'other')), 'unknown_key'],
    }));
});

describe('a SPIFFE ID that is written so as to be read differently', () => {
  it('UNAUTHENTICATED (SPIFFE-ID, 2.2 and 2.3)', () =>
    refuses(
      subjects('claim', {
        'a dot-dot segment': 'spiffe://acme.example/ns/prod/../dev/sa/web',
        'a dot segment': 'spiffe://acme.example/ns/./prod/sa/web',
        'an empty segment': 'spiffe://acme.example/ns/prod//sa/web',
        'a trailing slash': `${WORKLOAD}/`,
        'a percent-encoded slash': 'spiffe://acme.example/ns/prod%2Fsa/web',
        'a query': `${WORKLOAD}?admin`,
        'a fragment': `${WORKLOAD}#admin`,
        'a letter that looks like another': 'spiffe://acme.example/ns/prod/sa/w\u0435b',
        'a zero byte': `${WORKLOAD}\0`,
        'a pattern': 'spiffe://acme.example/ns/prod/*',
        '2,049 bytes': `${WORKLOAD}/${'a'.repeat(2048 - WORKLOAD.length)}`,
      }),
    ));
});

describe('a workload that the pattern almost allows', () => {
  it('UNAUTHENTICATED (rule 32)', () =>
    refuses(
      subjects('claim', {
        'another namespace': 'spiffe://acme.example/ns/dev/sa/web',
        'a longer segment': 'spiffe://acme.example/ns/prod-evil/sa/web',
        'the prefix itself': 'spiffe://acme.example/ns/prod',
        'another case': 'spiffe://acme.example/ns/PROD/sa/web',
        'the trust domain itself': 'spiffe://acme.example',
      }),
    ));
});

describe('a token of the trust domain that is no JWT-SVID', () => {
  it('UNAUTHENTICATED for every member that the header must not have (JWT-SVID, 2)', () =>
    refuses({
      jku: [domain.svid({}, { jku: `${domain.endpoint.issuer}/evil` }), 'header'],
      x5u: [domain.svid({}, { x5u: `${domain.endpoint.issuer}/evil` }), 'header'],
      jwk: [domain.svid({}, { jwk: domain.key.jwk }), 'header'],
      x5c: [domain.svid({}, { x5c: ['AAAA'] }), 'header'],
      cty: [domain.svid({}, { cty: 'JWT' }), 'header'],
      'a private one': [domain.svid({}, { acme: true }), 'header'],
      crit: [domain.svid({}, { crit: ['exp'] }), 'critical'],
      'the type of an access token': [domain.svid({}, { typ: 'at+jwt' }), 'type'],
      'a type in lower case': [domain.svid({}, { typ: 'jwt' }), 'type'],
      'the type of a WIT': [domain.svid({}, { typ: 'wit+jwt' }), 'type'],
    }));

  it('UNAUTHENTICATED without audience or expiry, or with those of another (JWT-SVID, 3.2 and 3.3)', () =>
    refuses({
      'no audience': [domain.svid({ aud: undefined }), 'audience'],
      'an empty audience': [domain.svid({ aud: [] }), 'audience'],
      'the audience of another service': [domain.svid({ aud: ['stock'] }), 'audience'],
      'the trust domain as the audience': [
        domain.svid({ aud: 'spiffe://acme.example' }),
        'audience',
      ],
      'no expiry': [domain.svid({ exp: undefined }), 'no_expiry'],
      'an expiry that has passed': [domain.svid({ exp: 1 }), 'expired'],
    }));

  it('UNAUTHENTICATED with an algorithm that the standard does not list (JWT-SVID, 2.1)', () => {
    const [header = '', payload = ''] = domain.svid({}, { alg: 'none' }).split('.');
    const secret = secretKey(Buffer.from(JSON.stringify(domain.key.jwk)), 'HS256', 'jwt');
    return refuses({
      none: [`${header}.${payload}.`, 'algorithm'],
      'none, with the signature of ES256': [domain.svid({}, { alg: 'none' }), 'algorithm'],
      'HS256 with the public key as the secret': [domain.svid({}, {}, secret), 'algorithm'],
      EdDSA: [domain.svid({}, {}, domain.others.Ed25519), 'algorithm'],
      'no signature': [`${encode({ alg: 'ES256', kid: 'jwt' })}.${payload}.`, 'signature'],
    });
  });
});

describe('a key of the bundle that is for something else', () => {
  it('UNAUTHENTICATED (JWT-SVID, 6.1 and 6.2)', () =>
    refuses({
      'a key for X.509-SVIDs': [domain.svid({}, {}, domain.others.x509), 'unknown_key'],
      'a key without use': [domain.svid({}, {}, domain.others['without use']), 'unknown_key'],
      'a key without kid': [domain.svid({}, {}, domain.others['without kid']), 'unknown_key'],
      'a key without kid, and no kid': [
        domain.svid({}, { kid: undefined }, domain.others['without kid']),
        'signature',
      ],
    }));

  it('a key for JWT-SVIDs verifies no other JWT (rule 19)', () => {
    const keys = [{ ...domain.key.jwk, use: 'jwt-svid' }];
    assert.throws(
      () =>
        createJwksAuthenticator({
          jwks: { keys },
          issuer: 'spiffe://acme.example',
          audience: 'orders',
        }),
      /its use is not "sig"/,
    );
  });
});
