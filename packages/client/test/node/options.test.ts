import { generateKeyPairSync } from 'node:crypto';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import {
  createClientCredentialsSource,
  createRefreshTokenSource,
  createTokenExchangeSource,
  createTokenFileSource,
} from '../../src/node.ts';

const CANARY = 'canary-7f3a';
const OPTIONS = {
  issuer: 'https://id.example.com',
  clientId: 'billing',
  clientAuthentication: { method: 'client_secret_basic', secret: 's' },
} as const;
const STORE = { load: () => 'r1', save: () => undefined };
const { publicKey } = generateKeyPairSync('ed25519');

type Case = readonly [string, object, RegExp];

const COMMON: readonly Case[] = [
  ['no issuer', { issuer: undefined }, /^issuer: expected a non-empty string/],
  ['an issuer by http', { issuer: 'http://id.example.com' }, /^issuer: expected an https URL/],
  [
    'a token endpoint by http',
    { tokenEndpoint: 'http://id.example.com/token' },
    /^tokenEndpoint: expected/,
  ],
  [
    'a metadata URL beside a token endpoint',
    { metadataUrl: 'https://id.example.com/m', tokenEndpoint: 'https://id.example.com/token' },
    /^tokenEndpoint: expected metadataUrl or tokenEndpoint, received both/,
  ],
  ['a metadata URL by http', { metadataUrl: 'http://id.example.com' }, /^metadataUrl: expected/],
  ['no client', { clientId: ' ' }, /^clientId: expected/],
  [
    'another method',
    { clientAuthentication: { method: 'magic' } },
    /^clientAuthentication\.method:/,
  ],
  ['no secret', { clientAuthentication: { method: 'client_secret_jwt' } }, /\.secret: expected/],
  [
    'a public key',
    { clientAuthentication: { method: 'private_key_jwt', key: publicKey } },
    /\.key: expected a KeyObject of type private/,
  ],
  [
    'another audience of the assertion',
    {
      clientAuthentication: {
        method: 'client_secret_jwt',
        secret: 's',
        assertionAudience: 'token',
      },
    },
    /^clientAuthentication\.assertionAudience: expected one of issuer, endpoint/,
  ],
  [
    'an audience without an assertion',
    {
      clientAuthentication: {
        method: 'client_secret_post',
        secret: 's',
        assertionAudience: 'endpoint',
      },
    },
    /^clientAuthentication: there is no option "assertionAudience"/,
  ],
  ['another encoding', { basicEncoding: 'base64' }, /^basicEncoding: expected one of/],
  [
    'an encoding beside another method',
    { clientAuthentication: { method: 'client_secret_post', secret: 's' }, basicEncoding: 'form' },
    /^basicEncoding: expected client_secret_basic beside it/,
  ],
  ['an empty scope', { scope: '' }, /^scope: expected/],
  ['a list of scopes', { scope: ['a'] }, /^scope: expected/],
  ['no resource', { resource: [] }, /^resource: expected/],
  ['a resource of no text', { resource: [5] }, /^resource: expected/],
  ['parameters of text', { parameters: CANARY }, /^parameters: expected an object of strings/],
  ['a list of parameters', { parameters: [] }, /^parameters: expected an object of strings/],
  [
    'a parameter of no text',
    { parameters: { audience: 5 } },
    /^parameters\.(audience): expected a string, received a number/,
  ],
  ...['grant_type', 'client_id', 'client_secret', 'scope', 'refresh_token', 'subject_token'].map(
    (name): Case => [
      `the parameter ${name}`,
      { parameters: { [name]: CANARY } },
      new RegExp(`^parameters\\.${name}: expected no parameter that the options set`),
    ],
  ),
  ['a time limit of 0', { http: { timeoutMs: 0 } }, /^http\.timeoutMs: expected/],
  ['a misspelt option', { scopes: 'a' }, /did you mean "scope"/],
];

const RENEWAL: readonly Case[] = [
  ['a renewal after expiry', { renewAheadSeconds: -1 }, /^renewAheadSeconds: expected a number/],
  ['an age of 0', { maxAgeSeconds: 0 }, /^maxAgeSeconds: expected a number from 10/],
  ['a clock that is none', { clock: Date.now }, /^clock: expected/],
  ['a report that is no function', { report: 'log' }, /^report: expected a function/],
];

function expectRejected(create: () => unknown, message: RegExp): void {
  let thrown: unknown;
  try {
    create();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConfigError);
  expect((thrown as Error).message).toMatch(message);
  expect((thrown as Error).message).not.toContain(CANARY);
}

describe('createClientCredentialsSource throws a ConfigError for', () => {
  it.each([...COMMON, ...RENEWAL])('%s', (_, options, message) => {
    expectRejected(() => createClientCredentialsSource({ ...OPTIONS, ...options }), message);
  });

  it('no credentials', () => {
    const { clientAuthentication: _, ...options } = OPTIONS;
    expectRejected(
      () => createClientCredentialsSource(options),
      /^clientAuthentication: expected the credentials of the client \(RFC 6749, section 4\.4\)/,
    );
  });

  it.each([undefined, null, CANARY])('no options: %s', (options) => {
    expectRejected(
      () => createClientCredentialsSource(options as never),
      /^createClientCredentialsSource: expected an object of options/,
    );
  });

  it('a subject, which belongs to an exchange', () => {
    const options = { ...OPTIONS, subject: CANARY };
    expectRejected(() => createClientCredentialsSource(options), /there is no option "subject"/);
  });
});

describe('createRefreshTokenSource throws a ConfigError for', () => {
  it.each<Case>([
    ['a wrong option of all', { clientId: '' }, /^clientId: expected/],
    ['no store', { store: undefined }, /^store: expected an object with load and save/],
    ['a token as the store', { store: CANARY }, /^store: expected an object with load and save/],
    ['a store that cannot load', { store: { save: STORE.save } }, /^store\.load: expected a func/],
    ['a store that cannot save', { store: { load: STORE.load } }, /^store\.save: expected a func/],
    ['a misspelt option', { stores: STORE }, /did you mean "store"/],
  ])('%s', (_, options, message) => {
    expectRejected(
      () => createRefreshTokenSource({ ...OPTIONS, store: STORE, ...options }),
      message,
    );
  });

  it('nothing where a public client has no credentials', async () => {
    const { clientAuthentication: _, ...options } = OPTIONS;
    await createRefreshTokenSource({ ...options, store: STORE }).close();
  });
});

describe('createTokenExchangeSource throws a ConfigError for', () => {
  it.each<Case>([
    ['a wrong option of all', { clientId: '' }, /^clientId: expected/],
    ['no subject', { subject: undefined }, /^subject: expected a token source or a token/],
    ['an empty subject', { subject: ' ' }, /^subject: expected a token source or a token/],
    ['a subject that is no source', { subject: { token: CANARY } }, /^subject: expected/],
    ['a subject that cannot invalidate', { subject: { get: () => 's1' } }, /^subject: expected/],
    ['a subject that cannot get', { subject: { invalidate: () => 's1' } }, /^subject: expected/],
    ['no audience', { audience: [] }, /^audience: expected/],
    [
      'an audience among the parameters',
      { parameters: { audience: 'a' } },
      /^parameters\.audience/,
    ],
  ])('%s', (_, options, message) => {
    expectRejected(
      () => createTokenExchangeSource({ ...OPTIONS, subject: 's1', ...options }),
      message,
    );
  });
});

describe('createTokenFileSource throws a ConfigError for', () => {
  it.each<Case>([
    ...RENEWAL,
    ['no path', { path: undefined }, /^path: expected a non-empty string/],
    ['a misspelt option', { file: '/token' }, /there is no option "file"/],
  ])('%s', (_, options, message) => {
    expectRejected(() => createTokenFileSource({ path: '/token', ...options }), message);
  });
});
