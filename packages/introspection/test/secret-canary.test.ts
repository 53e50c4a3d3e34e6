import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import type { AuthError } from '@grpc-authn/core/authenticator';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Certificate, createCertificate } from '../../provider/test/support/certificates.ts';
import {
  ACTIVE,
  METADATA_PATH,
  type ProviderServer,
  startProvider,
} from './support/provider-server.ts';
import { createSubject, SECRET } from './support/test-authenticator.ts';

const TOKEN = 'canary-token-of-the-caller';
const ECHO = 'canary-in-what-the-provider-said';
const { privateKey } = generateKeyPairSync('ed25519');
const D = privateKey.export({ format: 'jwk' }).d ?? '';

let certificate: Certificate;
beforeAll(async () => {
  certificate = await createCertificate('client');
});

/** Everything that was written while the test ran. */
let written: string[];
beforeEach(() => {
  written = [];
  const note = (...values: unknown[]): boolean => {
    written.push(...values.map((value) => (typeof value === 'string' ? value : inspect(value))));
    return true;
  };
  const spies = [
    ...(['log', 'info', 'warn', 'error', 'debug', 'trace'] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(note),
    ),
    vi.spyOn(process, 'emitWarning').mockImplementation(note),
    vi.spyOn(process.stdout, 'write').mockImplementation(note),
    vi.spyOn(process.stderr, 'write').mockImplementation(note),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
});

/** As deep as a log that shows everything would go. */
const shown = (...values: readonly unknown[]): string =>
  values
    .map((value) => inspect(value, { depth: Infinity, showHidden: true, getters: true }))
    .join('\n') + values.map((value) => JSON.stringify(value)).join('\n');

function expectNoCanary(text: string): void {
  const forms = [TOKEN, SECRET, ECHO, D, encodeURIComponent(SECRET), 'PRIVATE KEY'];
  const encoded = [`orders-service:${SECRET}`, SECRET].flatMap((form) => [
    Buffer.from(form).toString('base64'),
    Buffer.from(form).toString('base64url'),
  ]);
  for (const form of [...forms, ...encoded]) expect(text).not.toContain(form);
  expect(text).not.toContain('client_assertion');
}

type Failure = (provider: ProviderServer) => void;
const FAILURES: readonly (readonly [string, Failure])[] = [
  ['refuses the token', (p) => p.say({ active: false, error: ECHO })],
  ['says that it is half active', (p) => p.say({ active: ECHO, token: TOKEN })],
  ['says that it is for others', (p) => p.say({ ...ACTIVE, aud: ECHO, token: TOKEN })],
  ['says that it is of others', (p) => p.say({ ...ACTIVE, iss: [ECHO] })],
  ['says that it is of an odd shape', (p) => p.say({ ...ACTIVE, sub: [ECHO] })],
  ['answers with a list', (p) => p.say([TOKEN, SECRET, ECHO])],
  ['answers with text', (p) => p.say(`${TOKEN} ${SECRET} ${ECHO}`)],
  ['answers 400', (p) => p.say({ error: 'invalid_request', error_description: TOKEN + ECHO }, 400)],
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
];

const METHODS = [
  ['client_secret_basic', { method: 'client_secret_basic', secret: SECRET }],
  ['client_secret_post', { method: 'client_secret_post', secret: SECRET }],
  ['client_secret_jwt', { method: 'client_secret_jwt', secret: SECRET }],
  ['private_key_jwt', { method: 'private_key_jwt', key: privateKey }],
] as const;

describe.each(METHODS)('by %s, where the provider', (_, clientAuthentication) => {
  it.each(FAILURES)('%s, nothing shows the token, our secret or the answer', async (__, fail) => {
    const provider = await startProvider();
    const options = { clientAuthentication, http: { timeoutMs: 80 } };
    const subject = createSubject(provider, options);
    fail(provider);
    const errors: AuthError[] = [];
    for (let index = 0; index < 6; index += 1) {
      errors.push(await subject.refusal(index === 0 ? TOKEN : `${TOKEN}-${index}`));
    }
    expectNoCanary(shown(...errors, ...subject.events, subject.authenticator));
    expectNoCanary(errors.map((error) => `${String(error)}${error.stack}`).join('\n'));
    expectNoCanary(written.join('\n'));
  });
});

describe('nothing shows them', () => {
  it('where the token was accepted', async () => {
    const provider = await startProvider();
    const { principal, authenticator, events } = createSubject(provider);
    expectNoCanary(shown(await principal(TOKEN), authenticator, events));
    expectNoCanary(written.join('\n'));
  });

  it('where the client’s certificate is not taken', async () => {
    const provider = await startProvider();
    const { refusal, authenticator } = createSubject(
      { endpoint: provider.endpoint.replace('http:', 'https:') },
      { clientAuthentication: { method: 'tls_client_auth', ...certificate } },
    );
    expectNoCanary(shown(await refusal(TOKEN), authenticator));
  });

  it('where the metadata are of no use', async () => {
    const provider = await startProvider();
    for (const metadata of [
      { issuer: `https://u:${ECHO}@id.example.com/?${ECHO}` },
      { issuer: provider.origin, introspection_endpoint: `https://u:${ECHO}@id.example.com/` },
      { issuer: provider.origin, introspection_endpoint: `http://id.example.com/?${ECHO}` },
      ECHO,
    ]) {
      provider.publish(METADATA_PATH, metadata);
      const { refusal, events } = createSubject({ issuer: provider.origin });
      const error = await refusal(TOKEN);
      expect(error.reason).toBe('discovery');
      expectNoCanary(shown(error, events) + String(error.stack));
    }
  });
});

describe('the search for them', () => {
  it('finds what is there', () => {
    expect(() => expectNoCanary(shown(new Error('x', { cause: { deep: [TOKEN] } })))).toThrow();
    expect(() => expectNoCanary(shown({ a: { b: { c: { d: { e: SECRET } } } } }))).toThrow();
  });
});
