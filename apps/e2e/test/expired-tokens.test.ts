import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http2';
import { after, before, describe, it } from 'node:test';
import { type Authenticator, cached } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { Metadata, status } from '@grpc/grpc-js';
import { decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose';
import { CALL_KINDS } from '../support/echo-server.ts';
import { RawClient } from '../support/raw-client.ts';
import { withEcho } from '../support/with-echo.ts';

// Attack 15: an expired token that is also wrong in another way must not show it. Otherwise an attacker
// learns from
// old tokens what the server checks, and which keys it has.
type Sign = (payload: JWTPayload) => Promise<string>;
interface Subject {
  readonly authenticator: () => Authenticator<object>;
  readonly signers: Readonly<Record<string, Sign>>;
}

const audience = 'orders';
const secret = randomBytes(64);
const hsIssuer = 'https://login.example.com';
let provider: TestIssuer;
let otherIssuer: TestIssuer;

before(async () => {
  provider = await startTestIssuer({ algorithms: ['ES256'] });
  otherIssuer = await startTestIssuer({ algorithms: ['ES256'] });
});
after(async () => {
  await provider.close();
  await otherIssuer.close();
});

function hmac(payload: JWTPayload, header: object = {}, key: Uint8Array = secret): Promise<string> {
  const claims = { iss: hsIssuer, aud: audience, sub: 'alice', ...payload };
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1', ...header }).sign(key);
}

function signed(payload: JWTPayload, options: object = {}): Promise<string> {
  return provider.sign({ aud: audience, ...payload }, options);
}

/** The same token with another signature of the same length. */
function damaged(token: string): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  const flipped = signature.startsWith('A') ? 'B' : 'A';
  return `${head}.${body}.${flipped}${signature.slice(1)}`;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  hs256: {
    authenticator: () =>
      createHs256Authenticator({
        secrets: [{ kid: 'k1', bytes: secret }],
        issuer: hsIssuer,
        audience,
      }),
    signers: {
      'nothing else': (payload) => hmac(payload),
      'a wrong issuer': (payload) => hmac({ ...payload, iss: 'https://evil.example.com' }),
      'no issuer': (payload) => hmac({ ...payload, iss: undefined as never }),
      'a wrong audience': (payload) => hmac({ ...payload, aud: 'billing' }),
      'a wrong algorithm': (payload) => hmac(payload, { alg: 'HS512' }),
      'a wrong kid': (payload) => hmac(payload, { kid: 'k2' }),
      'another key': (payload) => hmac(payload, {}, randomBytes(64)),
      'a damaged signature': async (payload) => damaged(await hmac(payload)),
      'a wrong type': (payload) => hmac(payload, { typ: 'logout+jwt' }),
      'a start in the future': (payload) => hmac({ ...payload, nbf: 9_999_999_999 }),
      'everything wrong': async (payload) =>
        damaged(await hmac({ ...payload, iss: 'x', aud: 'y' }, { kid: 'k2' }, randomBytes(64))),
    },
  },
  jwks: {
    authenticator: () =>
      createJwksAuthenticator({
        jwks: { url: provider.jwksUri },
        issuer: provider.issuer,
        audience,
        algorithms: ['ES256'],
      }),
    signers: {
      'nothing else': (payload) => signed(payload),
      'a wrong issuer': (payload) => signed({ ...payload, iss: 'https://evil.example.com' }),
      'no issuer': (payload) => signed({ ...payload, iss: undefined as never }),
      'a wrong audience': (payload) => signed({ ...payload, aud: 'billing' }),
      'a wrong algorithm': (payload) => signed(payload, { alg: 'RS256' }),
      'a wrong kid': (payload) => signed(payload, { kid: 'nobody-has-it' }),
      'another key': async (payload) => {
        const { kid = '' } = decodeProtectedHeader(await signed(payload));
        return otherIssuer.sign({ aud: audience, iss: provider.issuer, ...payload }, { kid });
      },
      'a damaged signature': async (payload) => damaged(await signed(payload)),
      'a wrong type': (payload) => signed(payload, { typ: 'logout+jwt' }),
      'a start in the future': (payload) => signed({ ...payload, nbf: 9_999_999_999 }),
      'everything wrong': async (payload) =>
        damaged(await signed({ ...payload, iss: 'x', aud: 'y' }, { kid: 'z' })),
    },
  },
};

/** The trailers byte for byte, without the date that Node adds. */
function shown({ date: _date, ...fields }: IncomingHttpHeaders): string {
  return JSON.stringify(Object.entries(fields));
}

function reasonOf(fields: IncomingHttpHeaders): string | undefined {
  const metadata = new Metadata();
  const details = String(fields['grpc-status-details-bin']);
  metadata.set('grpc-status-details-bin', Buffer.from(details, 'base64'));
  return readAuthFailure({ code: Number(fields['grpc-status']), metadata })?.reason;
}

for (const [name, { authenticator, signers }] of Object.entries(SUBJECTS)) {
  describe(`a token that ${name} refuses`, () => {
    for (const [when, expiresIn, reason, kept] of [
      ['expired', -60, 'TOKEN_EXPIRED', false],
      ['expired, behind a cache of refusals', -60, 'TOKEN_EXPIRED', true],
      ['still valid', 300, 'TOKEN_INVALID', false],
    ] as const) {
      it(`(${when}) gets the same trailers byte for byte, whatever else is wrong`, async () => {
        const exp = Math.floor(Date.now() / 1000) + expiresIn;
        const fresh = authenticator();
        const asked = kept ? cached(fresh, { negative: {} }) : fresh;
        const answers = new Map<string, string>();
        await withEcho({ authenticator: asked }, async ({ server }) => {
          const raw = new RawClient(server.port);
          try {
            for (const [what, sign] of Object.entries(signers)) {
              if (what === 'nothing else' && expiresIn > 0) continue;
              const authorization = `Bearer ${await sign({ exp })}`;
              for (const kind of CALL_KINDS) {
                const { fields } = await raw.call(kind, { authorization });
                assert.equal(fields['grpc-status'], String(status.UNAUTHENTICATED), what);
                assert.equal(reasonOf(fields), reason, what);
                answers.set(`${what}, ${kind}`, shown(fields));
              }
            }
          } finally {
            raw.close();
          }
          assert.equal(server.seen.handlers, 0);
        });
        assert.equal(new Set(answers.values()).size, 1, [...answers].join('\n'));
        assert.ok(answers.size >= 40);
        await (asked as ReturnType<typeof cached>).close();
      });
    }
  });
}
