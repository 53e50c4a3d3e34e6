import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrincipal, LAST_EPOCH_SECOND } from '../src/contract/principal.ts';

function make(init: Record<string, unknown>) {
  return () => createPrincipal({ authenticator: 'stub', ...init });
}

const TEXTS = ['subject', 'issuer', 'clientId', 'tokenId', 'sessionId', 'acr'];
const LISTS = ['audience', 'scopes'];
const TIMES = [
  'expiresAtEpochSeconds',
  'verifiedAtEpochSeconds',
  'issuedAtEpochSeconds',
  'authenticatedAtEpochSeconds',
];

describe('a principal', () => {
  it('keeps what it was made of', () => {
    const init = {
      authenticator: 'api-key',
      subject: 'alice',
      issuer: 'https://id.example.com',
      clientId: 'web',
      audience: ['orders'],
      scopes: ['orders:read', 'orders:write'],
      expiresAtEpochSeconds: 1_700_000_300,
      verifiedAtEpochSeconds: 1_700_000_000.25,
      confirmation: { jkt: 'thumbprint', x5tS256: 'certificate' },
      audienceChecked: false,
      tokenId: 'token-1',
      sessionId: 'session-1',
      issuedAtEpochSeconds: 1_700_000_000,
      authenticatedAtEpochSeconds: 1_699_999_000,
      acr: 'phr',
      claims: { tenant: 'a', roles: ['admin'] },
    };
    expect({ ...createPrincipal(init) }).toEqual(init);
  });

  it('needs only the name of the authenticator', () => {
    const before = Date.now() / 1000;
    const principal = createPrincipal({ authenticator: 'api-key' });
    expect({ ...principal }).toEqual({
      authenticator: 'api-key',
      subject: undefined,
      issuer: undefined,
      clientId: undefined,
      audience: [],
      scopes: [],
      expiresAtEpochSeconds: undefined,
      verifiedAtEpochSeconds: principal.verifiedAtEpochSeconds,
      confirmation: undefined,
      audienceChecked: true,
      tokenId: undefined,
      sessionId: undefined,
      issuedAtEpochSeconds: undefined,
      authenticatedAtEpochSeconds: undefined,
      acr: undefined,
      claims: {},
    });
    expect(principal.verifiedAtEpochSeconds).toBeGreaterThanOrEqual(before);
    expect(principal.verifiedAtEpochSeconds).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it.each([undefined, '', null, 5, {}])('is not made for an authenticator named %j', (name) => {
    expect(make({ authenticator: name })).toThrow(TypeError);
    expect(make({ authenticator: name })).toThrow('principal.authenticator');
  });

  describe.each(TEXTS)('whose %s', (name) => {
    it.each(['', null, 5, true, ['alice'], { toString: () => 'alice' }])(
      'is %j is refused, and the property is named',
      (value) => {
        expect(make({ [name]: value })).toThrow(TypeError);
        expect(make({ [name]: value })).toThrow(`principal.${name}`);
      },
    );
  });

  it.each([0, 1, '', 'false', {}])('whose audienceChecked is %j is refused', (audienceChecked) => {
    expect(make({ audienceChecked })).toThrow('principal.audienceChecked');
  });

  describe.each(LISTS)('whose %s', (name) => {
    it.each([
      ['a string', 'orders:read'],
      ['null', null],
      ['an object', { 0: 'orders:read', length: 1 }],
      ['a Set', new Set(['orders:read'])],
      ['a list with a number', ['orders:read', 5]],
      ['a list with null', [null]],
      ['a list with undefined', ['orders:read', undefined]],
      ['a list of a list', [['orders:read']]],
      ['a frozen list with a number', Object.freeze(['orders:read', 5])],
    ])('is %s is refused, and the property is named', (_what, value) => {
      expect(make({ [name]: value })).toThrow(TypeError);
      expect(make({ [name]: value })).toThrow(`principal.${name}`);
    });
  });

  describe.each(TIMES)('whose %s', (name) => {
    it.each([
      NaN,
      Infinity,
      -Infinity,
      -1,
      -0.001,
      LAST_EPOCH_SECOND + 0.5,
      LAST_EPOCH_SECOND + 1,
      null,
      '1700000000',
      1n,
      new Date(0),
    ])('is %s is refused, and the property is named', (value) => {
      expect(make({ [name]: value })).toThrow(TypeError);
      expect(make({ [name]: value })).toThrow(`principal.${name}`);
    });

    it('may be the first and the last second there is', () => {
      expect(make({ [name]: 0 })()).toMatchObject({ [name]: 0 });
      expect(make({ [name]: LAST_EPOCH_SECOND })()).toMatchObject({ [name]: LAST_EPOCH_SECOND });
    });
  });

  it('ends with the year 9999', () => {
    expect(new Date(LAST_EPOCH_SECOND * 1000).toISOString()).toBe('9999-12-31T23:59:59.000Z');
  });

  it.each([null, 'jkt', 5, { jkt: '' }, { jkt: 5 }, { x5tS256: '' }, { x5tS256: null }])(
    'whose confirmation is %j is refused, and the property is named',
    (confirmation) => {
      expect(make({ confirmation })).toThrow(TypeError);
      expect(make({ confirmation })).toThrow('principal.confirmation');
    },
  );

  it('keeps of its confirmation what can be checked one day, and that there was one', () => {
    expect(make({ confirmation: {} })().confirmation).toEqual({});
    expect(make({ confirmation: { kid: 'k', jkt: 'j' } })().confirmation).toEqual({ jkt: 'j' });
  });

  it.each([[null], ['sub'], [5], [true], [[]], [[{ sub: 'alice' }]], [() => ({})]])(
    'whose claims are %j is refused',
    (claims) => {
      expect(make({ claims })).toThrow(TypeError);
      expect(make({ claims })).toThrow('principal.claims must be an object');
    },
  );

  it('never shows a wrong value', () => {
    for (const name of [...TEXTS, ...LISTS, ...TIMES, 'confirmation', 'authenticator']) {
      expect(make({ [name]: { canary: 'canary' } })).not.toThrow('canary');
      expect(make({ [name]: ['canary', 5] })).not.toThrow('canary');
    }
  });

  it('carries any claims that JSON can hold', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (claims) => {
        expect(make({ claims: structuredClone(claims) })().claims).toEqual(claims);
      }),
    );
  });

  it('has a time that is finite and in range, or is not made, for any number', () => {
    fc.assert(
      fc.property(fc.double(), fc.constantFrom(...TIMES), (seconds, name) => {
        const inRange = seconds >= 0 && seconds <= LAST_EPOCH_SECOND;
        if (inRange) expect(make({ [name]: seconds })()).toHaveProperty(name, seconds);
        else expect(make({ [name]: seconds })).toThrow(TypeError);
      }),
    );
  });
});
