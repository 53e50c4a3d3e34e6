import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createJwtAuthenticator, importKeySet } from '../src/index.ts';
import { createTestAuthenticator, ISSUER } from './support/test-authenticator.ts';

function create(options: object): () => unknown {
  return () => createTestAuthenticator(options);
}

const WRONG: readonly (readonly [string, readonly unknown[]])[] = [
  ['name', ['', ' ', 5, null, undefined, {}]],
  [
    'keys',
    [
      undefined,
      null,
      {},
      [],
      { keys: [] },
      'https://id.example.com/jwks',
      { size: 1, refused: [] },
    ],
  ],
  ['issuer', [undefined, null, '', ' ', [], [''], [ISSUER, ''], [ISSUER, 5], 5, {}]],
  ['audience', [undefined, null, '', [], [''], ['orders', null], 5, {}]],
  [
    'audience.claim',
    [
      { claim: '', values: ['a'] },
      { claim: 5, values: ['a'] },
    ],
  ],
  [
    'audience.values',
    [{ claim: 'azp' }, { claim: 'azp', values: [] }, { claim: 'azp', values: [''] }],
  ],
  [
    'algorithms',
    [
      null,
      [],
      '',
      [5],
      ['none'],
      ['nOnE'],
      ['Ed448'],
      ['ES256K'],
      ['RS1'],
      ['RS256', 'none'],
      ['es256'],
      ['RSA-OAEP'],
      ['__proto__'],
    ],
  ],
  ['tokenUse', [null, '', 'refresh', 'ID', 5]],
  ['typ', ['JWT', [], [''], [undefined], [5]]],
  ['clockToleranceSeconds', [null, '5', -1, 301, Number.NaN, Infinity, -Infinity, 5n]],
  ['maxTokenAgeSeconds', [null, '5', 0, -1, Number.NaN, Infinity, 31_536_001]],
  ['requiredClaims', [null, 'sub', {}, [''], [5]]],
  ['subjectClaim', [null, '', ' ', 5, ['sub'], {}]],
  ['scopeClaims', [null, 'scope', {}, [''], [5]]],
  ['clientIdClaims', [null, 'cid', {}, [''], [5]]],
  [
    'claims',
    [null, {}, 'zod', () => undefined, { '~standard': {} }, { '~standard': { validate: 5 } }],
  ],
  ['clock', [null, 5, () => 0]],
  ['clock.nowMs', [{}, { nowMs: 5, setTimer: () => undefined }]],
  ['clock.setTimer', [{ nowMs: () => 0 }, { nowMs: () => 0, setTimer: 5 }]],
];

const CASES = WRONG.flatMap(([name, values]) =>
  values.map((value) => ({
    name,
    shown: typeof value === 'bigint' ? '5n' : JSON.stringify(value),
    value,
  })),
);

describe('a wrong option', () => {
  it.each(CASES)('is a ConfigError that names it: $name = $shown', ({ name, value }) => {
    const option = name.split('.')[0] ?? '';
    expect(create({ [option]: value })).toThrow(ConfigError);
    expect(create({ [option]: value })).toThrow(`${name}: expected `);
  });

  it.each([
    ['audiance', 'audience'],
    ['issuers', 'issuer'],
    ['algorithm', 'algorithms'],
    ['clockTolerance', 'clockToleranceSeconds'],
    ['maxTokenAge', 'maxTokenAgeSeconds'],
    ['required', 'requiredClaims'],
  ])('is an unknown one: %s instead of %s', (name, meant) => {
    expect(create({ [name]: 'x' })).toThrow(ConfigError);
    expect(create({ [name]: 'x' })).toThrow(`"${name}"`);
    expect(create({ [name]: 'x' })).toThrow(meant);
  });

  it.each(['secrets', 'ignoreExpiration', 'complete', 'jwksUri', 'toString', '__proto__x'])(
    'is an option of another library: %s',
    (name) => {
      expect(create({ [name]: undefined })).toThrow(ConfigError);
    },
  );

  it.each([[undefined], [null], ['options'], [5]])(
    'is %j instead of the options object',
    (options) => {
      expect(() => createJwtAuthenticator(options as never)).toThrow(ConfigError);
    },
  );
});

describe('a ConfigError', () => {
  const canary = 'Q2FuYXJ5LXRoYXQtbXVzdC1ub3QtYmUtc2hvd24tMDEyMzQ1Njc4OQ';

  it('shows no part of a secret given as keys', () => {
    const jwk = { kty: 'oct', k: canary, alg: 'HS256' };
    for (const keys of [{ keys: [jwk] }, [jwk], jwk, Buffer.from(canary)]) {
      let message = '';
      try {
        create({ keys })();
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('keys: expected');
      expect(message).not.toContain(canary.slice(0, 6));
    }
  });

  it('suggests a similar algorithm, if there is one', () => {
    expect(create({ algorithms: ['es256'] })).toThrow(/received "es256"; did you mean ES256\?$/);
    expect(create({ algorithms: ['HMAC-SHA-256-ANY'] })).toThrow(
      /, EdDSA, received "HMAC-SHA-256-ANY"$/,
    );
  });

  it('is thrown for Ed448, whose keys are left out of a set', () => {
    expect(create({ algorithms: ['Ed448'] })).toThrow(/EdDSA, received "Ed448"/);
    const set = importKeySet({ keys: [{ kty: 'OKP', crv: 'Ed448', x: 'A'.repeat(76) }] });
    expect(set).toMatchObject({ size: 0, refused: [{ kid: undefined }] });
  });
});
