import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  METADATA_PATH,
  type ProviderServer,
} from '../../../introspection/test/support/provider-server.ts';
import type { RenewalEvent, TokenSource } from '../../src/index.ts';
import {
  createClientCredentialsSource,
  createRefreshTokenSource,
  createTokenExchangeSource,
  type TokenEndpointOptions,
} from '../../src/node.ts';
import { CLIENT_ID, SECRET, startTokenServer, TOKENS } from './support/token-server.ts';

const TOKEN = 'canary-token-that-is-sent';
const NEXT = 'canary-token-of-the-answer';
const ECHO = 'canary-in-what-the-provider-said';
const { privateKey } = generateKeyPairSync('ed25519');
const D = privateKey.export({ format: 'jwk' }).d ?? '';

/** As deep as a log that shows everything would go. */
const shown = (...values: readonly unknown[]): string =>
  values
    .map((value) => inspect(value, { depth: Infinity, showHidden: true, getters: true }))
    .join('\n') + values.map((value) => JSON.stringify(value)).join('\n');

function expectNoCanary(text: string): void {
  const forms = [TOKEN, NEXT, SECRET, ECHO, D, encodeURIComponent(SECRET), 'PRIVATE KEY'];
  const encoded = [`${CLIENT_ID}:${SECRET}`, SECRET].map((form) => btoa(form));
  for (const form of [...forms, ...encoded]) expect(text).not.toContain(form);
  expect(text).not.toContain('client_assertion');
}

type Failure = (provider: ProviderServer) => void;
const FAILURES: readonly (readonly [string, Failure])[] = [
  [
    'issues a DPoP token',
    (p) => p.say({ ...TOKENS, access_token: NEXT, refresh_token: NEXT, token_type: 'DPoP' }),
  ],
  ['issues no token', (p) => p.say({ refresh_token: NEXT, id_token: NEXT })],
  ['issues a token of an odd shape', (p) => p.say({ ...TOKENS, access_token: `${NEXT} ${ECHO}` })],
  [
    'issues a token for an odd time',
    (p) => p.say({ ...TOKENS, access_token: NEXT, expires_in: ECHO }),
  ],
  ['answers with text', (p) => p.say(`${TOKEN} ${SECRET} ${ECHO}`)],
  ['answers 400', (p) => p.say({ error: 'invalid_grant', error_description: TOKEN + ECHO }, 400)],
  ['answers 400 with an error of its own', (p) => p.say({ error: ECHO, error_uri: ECHO }, 400)],
  ['answers 401', (p) => p.say({ error: 'invalid_client', error_description: SECRET + ECHO }, 401)],
  [
    'answers 401 with a challenge',
    (p) => p.say('', 401, { 'www-authenticate': `Basic x="${ECHO}"` }),
  ],
  ['answers 429', (p) => p.say(ECHO, 429, { 'retry-after': ECHO })],
  ['answers 500', (p) => p.say(`stack of ${TOKEN} ${SECRET}`, 500)],
  ['redirects', (p) => p.say('', 302, { location: `/?token=${TOKEN}&secret=${SECRET}` })],
  ['answers with too much', (p) => p.say(`"${TOKEN.repeat(50_000)}"`)],
  ['hangs', (p) => p.respond(() => undefined)],
  ['is cut off', (p) => p.respond((_, response) => void response.socket?.destroy())],
  ['speaks no HTTP', (p) => p.respond((_, response) => void response.socket?.end(`${ECHO}\r\n`))],
  [
    'has metadata of others',
    (p) => p.publish(METADATA_PATH, { issuer: `https://u:${ECHO}@id.example.com/?${ECHO}` }),
  ],
  [
    'has a token endpoint with a password',
    (p) =>
      p.publish(METADATA_PATH, {
        issuer: p.origin,
        token_endpoint: `https://u:${ECHO}@a.b/?${ECHO}`,
      }),
  ],
];

const METHODS = [
  { method: 'client_secret_basic', secret: SECRET },
  { method: 'client_secret_post', secret: SECRET },
  { method: 'client_secret_jwt', secret: SECRET },
  { method: 'private_key_jwt', key: privateKey },
] as const;

const KINDS: Readonly<Record<string, (options: TokenEndpointOptions) => TokenSource>> = {
  createClientCredentialsSource,
  createRefreshTokenSource: (options) =>
    createRefreshTokenSource({
      ...options,
      store: { load: () => TOKEN, save: () => Promise.reject(new Error(NEXT)) },
    }),
  createTokenExchangeSource: (options) =>
    createTokenExchangeSource({ ...options, subject: TOKEN, parameters: { actor_token: TOKEN } }),
};

describe.each(METHODS)('by $method, where the provider', (clientAuthentication) => {
  it.each(FAILURES)('%s, nothing shows a token, our secret or the answer', async (_, fail) => {
    const provider = await startTokenServer();
    fail(provider);
    for (const create of Object.values(KINDS)) {
      const events: RenewalEvent[] = [];
      const source = create({
        issuer: provider.origin,
        clientId: CLIENT_ID,
        clientAuthentication,
        http: { timeoutMs: 80 },
        report: (event) => events.push(event),
      });
      onTestFinished(() => source.close());
      const error: unknown = await source.get().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(events).toMatchObject([{ type: 'renewal_failed' }]);
      expectNoCanary(shown(error, ...events, source));
      expectNoCanary(`${String(error)}${(error as Error).stack}`);
    }
  });
});

describe('the search for them', () => {
  it('finds what is there', () => {
    expect(() => expectNoCanary(shown(new Error('x', { cause: { deep: [TOKEN] } })))).toThrow();
  });
});
