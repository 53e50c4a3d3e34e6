import { AuthError } from '@grpc-authn/core/authenticator';
import { isPrincipal } from '@grpc-authn/core/internal';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchAudience } from '../src/claims/check-audience.ts';
import { checkTimes } from '../src/claims/check-times.ts';
import { findForeignMark } from '../src/claims/check-use.ts';
import { hasExpired, isNumericDate } from '../src/claims/numeric-date.ts';
import { readIdentity } from '../src/claims/read-identity.ts';
import { readScopes } from '../src/claims/read-scopes.ts';
import { parseProtectedHeader } from '../src/compact/protected-header.ts';
import { anyText } from './support/any-text.ts';
import { encodePart, signJws } from './support/signing-key.ts';
import {
  AUDIENCE,
  context,
  createTestAuthenticator,
  key,
  ISSUER,
  NOW_SECONDS,
} from './support/test-authenticator.ts';

const LAST_SECOND = 253_402_300_799;

/** Any JSON, and what is near to a good claim of some kind. */
const claim = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(0, -1, -0, Infinity, NOW_SECONDS, LAST_SECOND, LAST_SECOND + 1, 1e-9),
  fc.double(),
  fc.constantFrom<unknown>(
    ISSUER,
    AUDIENCE,
    [AUDIENCE],
    [],
    [AUDIENCE, 5],
    '',
    ' ',
    'a b',
    {},
    null,
  ),
  anyText(),
);
const NAMES = ['iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'scope', 'scp', 'azp', 'client_id', 'cnf'];
const MORE = ['typ', 'token_use', 'type', 'events', 'at_hash', '__proto__', 'constructor'];
/** As JSON.parse gives it: `__proto__` is a member of its own. */
const payload = fc.array(fc.tuple(fc.constantFrom(...NAMES, ...MORE), claim)).map((members) => {
  const text = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return JSON.parse(`{${text.join(',')}}`) as Readonly<Record<string, never>>;
});

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}

describe('a NumericDate', () => {
  it('is a number from 0 to the year 9999, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(claim, fc.anything()), (value) => {
        const expected = typeof value === 'number' && value >= 0 && value <= LAST_SECOND;
        expect(isNumericDate(value)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('that is invalid is refused in any claim, and does not count as expired', () => {
    const rules = { expiryRequired: true, clockToleranceSeconds: 5, maxTokenAgeSeconds: undefined };
    fc.assert(
      fc.property(payload, (claims) => {
        const refusal = checkTimes(claims, NOW_SECONDS, rules);
        const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map((name) => own(claims, name));
        const dates = [exp, nbf, iat].filter((date) => date !== undefined);
        const expired = isNumericDate(exp) && NOW_SECONDS - 5 >= exp;
        const ahead = [nbf, iat].some((date) => isNumericDate(date) && date > NOW_SECONDS + 5);
        const expected =
          exp === undefined
            ? 'no_expiry'
            : !dates.every(isNumericDate)
              ? 'claim'
              : expired
                ? 'expired'
                : ahead
                  ? 'not_yet_valid'
                  : undefined;
        expect(refusal?.reason).toBe(expected);
        expect(hasExpired(claims, NOW_SECONDS, 5)).toBe(expired);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('scopes', () => {
  it('in a string are the text between U+0020, without trimming', () => {
    const text = fc.oneof(
      anyText(),
      fc.string({ unit: fc.constantFrom('a', ' ', '\u00a0', '\t', '\u2003') }),
    );
    fc.assert(
      fc.property(text, (scope) => {
        const scopes = readScopes({ scope }, ['scope']);
        if (typeof scopes === 'string') throw new Error('text has scopes');
        expect(scopes.every((one) => one !== '' && !one.includes(' '))).toBe(true);
        expect(scopes.join('')).toBe(scope.replaceAll(' ', ''));
      }),
    );
  });

  it('are those of the first claim that is present, or none', () => {
    fc.assert(
      fc.property(payload, (claims) => {
        const scopes = readScopes(claims, ['scope', 'scp']);
        const first = own(claims, 'scope') ?? own(claims, 'scp');
        if (own(claims, 'scope') === null) expect(scopes).toBe('scope');
        else if (first === null) expect(scopes).toBe('scp');
        else if (first === undefined) expect(scopes).toEqual([]);
        else if (typeof scopes !== 'string') {
          expect(typeof first === 'string' || Array.isArray(first)).toBe(true);
          expect(scopes.every((scope) => typeof scope === 'string')).toBe(true);
          expect(scopes).not.toBe(first);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the other claims', () => {
  it('never make the reader throw, and are read with the right types', () => {
    fc.assert(
      fc.property(payload, (claims) => {
        const audience = matchAudience(claims, { claim: 'aud', values: [AUDIENCE] });
        if (audience !== undefined) {
          expect(audience).toContain(AUDIENCE);
          expect(audience.every((value) => typeof value === 'string')).toBe(true);
        }
        const mark = findForeignMark(claims, 'access');
        if (mark !== undefined) expect(Object.hasOwn(claims, mark)).toBe(true);
        const identity = readIdentity(claims, {
          subjectClaim: 'sub',
          scopeClaims: ['scope', 'scp'],
          clientIdClaims: [],
        });
        if (typeof identity === 'string') {
          expect(Object.hasOwn(claims, identity)).toBe(true);
          return;
        }
        for (const text of [identity.subject, identity.clientId]) {
          expect(text === undefined || (typeof text === 'string' && text !== '')).toBe(true);
        }
        expect(identity.confirmation !== undefined).toBe(own(claims, 'cnf') !== undefined);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a header', () => {
  const member = fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', '__proto__', 'jwk', 'x');
  const text = fc.array(fc.tuple(member, claim)).map((members) => {
    const written = members.map(
      ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
    );
    return `{${written.join(',')}}`;
  });
  const segment = fc.oneof(text.map(encodePart), fc.uint8Array().map(encodePart), fc.string());

  it('is refused or read without an exception, and read only if it is valid', () => {
    fc.assert(
      fc.property(segment, (raw) => {
        const header = parseProtectedHeader(raw);
        if (AuthError.is(header)) return;
        const members = JSON.parse(Buffer.from(raw, 'base64url').toString()) as object;
        expect(header.members).toEqual(members);
        const alg = own(members, 'alg');
        expect(header.algorithm).toBe(alg === 'Ed25519' ? 'EdDSA' : alg);
        expect(typeof alg).toBe('string');
        expect(header.kid).toBe(own(members, 'kid'));
        expect(['string', 'undefined']).toContain(typeof header.kid);
        expect(['string', 'undefined']).toContain(typeof header.typ);
        expect(own(members, 'crit')).toBeUndefined();
        expect([undefined, true]).toContain(own(members, 'b64'));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a correctly signed token with random claims', () => {
  const good = { iss: ISSUER, aud: AUDIENCE, exp: NOW_SECONDS + 60 };

  it('is refused or accepted without an exception, and accepted only within the rules', async () => {
    const authenticator = createTestAuthenticator();
    const changed = payload.map((claims) => ({ ...good, ...claims }));
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(changed, async (claims) => {
        const token = signJws(key, { alg: key.alg, kid: key.kid }, claims);
        const verdict = await authenticator.authenticate({ scheme: 'bearer', token }, context);
        if (AuthError.is(verdict)) {
          const expired = isNumericDate(claims.exp) && claims.exp <= NOW_SECONDS - 5;
          expect(verdict).toMatchObject({ code: 'invalid_token', tokenExpired: expired });
          return;
        }
        accepted += 1;
        expect(isPrincipal(verdict)).toBe(true);
        expect(verdict.issuer).toBe(ISSUER);
        expect([claims.aud].flat()).toContain(AUDIENCE);
        expect(claims.exp).toBeGreaterThan(NOW_SECONDS - 5);
        expect(verdict.claims).toEqual(JSON.parse(JSON.stringify(claims)));
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(10);
  });
});
