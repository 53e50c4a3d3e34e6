// Glewlwyd, an OpenID provider in C (Debian's package glewlwyd): it does not decode client_secret_basic.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const PROGRAM = '/usr/bin/glewlwyd';
const CONFIG = '/etc/glewlwyd/glewlwyd.conf';
const TABLES = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3';
const MAX_START_MS = 30_000;

/** Why it cannot be started here; undefined where it can. */
export function whyNoGlewlwyd(): string | undefined {
  const missing = [PROGRAM, CONFIG, TABLES].find((file) => !existsSync(file));
  if (missing !== undefined) return `glewlwyd is not installed: there is no ${missing}`;
  return spawnSync('sqlite3', ['--version']).status === 0 ? undefined : 'there is no sqlite3';
}

export interface Glewlwyd {
  readonly issuer: string;
  /** Its client, whose secret is not the same when it is percent-encoded. */
  readonly clientId: string;
  readonly secret: string;
  /** Of its client, for private_key_jwt. */
  readonly key: KeyObject;
  /** The answer of the token endpoint to its client. */
  tokens(parameters: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export const USER = { username: 'alice', password: 'pass-word-of-alice' };
export const SCOPE = 'orders:read';
/** Of the client's key. */
export const KEY_ID = 'c1';

export async function startGlewlwyd(): Promise<Glewlwyd> {
  const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-glewlwyd-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, 'glewlwyd.conf'), await configFor(folder, port));
  execFileSync('sqlite3', [join(folder, 'db')], { input: await readFile(TABLES) });
  const program = spawn(PROGRAM, ['-c', join(folder, 'glewlwyd.conf')]);
  const stop = async (): Promise<void> => {
    if (program.exitCode === null && program.kill()) await once(program, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  const [clientId, secret] = ['orders', 'svc-secret'];
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  try {
    await started(program);
    await untilListening(origin);
    await setUp(origin, { clientId, secret, publicKey });
  } catch (error) {
    await stop();
    throw error;
  }
  const issuer = `${origin}/api/oidc`;
  return {
    issuer,
    clientId,
    secret,
    key,
    stop,
    async tokens(parameters) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
        body: new URLSearchParams(parameters),
      });
      if (response.ok) return (await response.json()) as Record<string, string>;
      throw new Error(`expected tokens of glewlwyd, received ${response.status}`);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Debian's own configuration, on loopback and with a database of its own. */
async function configFor(folder: string, port: number): Promise<string> {
  const debian = await readFile(CONFIG, 'utf8');
  const changed = debian
    .replace(/^port=.*$/m, `port=${port}`)
    .replace(/^external_url=.*$/m, `external_url="http://127.0.0.1:${port}/"`)
    .replace(/^log_mode=.*$/m, 'log_mode="console"')
    .replace(/^@include.*$/m, `database = { type = "sqlite3"; path = "${join(folder, 'db')}"; };`);
  return `bind_address="127.0.0.1"\n${changed}`;
}

async function started(program: ChildProcess): Promise<void> {
  let printed = '';
  const late = AbortSignal.timeout(MAX_START_MS);
  for (const stream of [program.stdout, program.stderr]) {
    stream?.on('data', (text: Buffer) => {
      printed += text.toString();
      if (printed.includes('Glewlwyd started on port')) program.emit('started');
    });
  }
  const ended = once(program, 'exit', { signal: late }).then(() => {
    throw new Error(`glewlwyd did not start: ${printed}`);
  });
  await Promise.race([once(program, 'started', { signal: late }), ended]);
  ended.catch(() => undefined);
}

/** It says that it has started shortly before it listens. */
async function untilListening(origin: string): Promise<void> {
  const endMs = Date.now() + MAX_START_MS;
  for (;;) {
    try {
      await fetch(origin);
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
      await wait(20);
    }
  }
}

/** A scope, an OpenID Connect plug-in, a user and a client, by its administration API. */
async function setUp(
  origin: string,
  client: { readonly clientId: string; readonly secret: string; readonly publicKey: KeyObject },
): Promise<void> {
  const post = (path: string, body: object, cookie = ''): Promise<Response> =>
    fetch(`${origin}/api/${path}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    });
  // The account of Debian's package.
  const login = await post('auth', { username: 'admin', password: 'password' });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const steps: readonly (readonly [string, object])[] = [
    [
      'scope',
      {
        name: SCOPE,
        display_name: SCOPE,
        description: SCOPE,
        password_required: false,
        scheme: {},
      },
    ],
    [
      'mod/plugin',
      { module: 'oidc', name: 'oidc', display_name: 'oidc', parameters: plugIn(origin) },
    ],
    [
      'user',
      {
        username: USER.username,
        password: USER.password,
        name: 'Alice',
        enabled: true,
        scope: [SCOPE, 'openid'],
      },
    ],
    [
      'client',
      {
        client_id: client.clientId,
        name: client.clientId,
        enabled: true,
        confidential: true,
        client_secret: client.secret,
        password: client.secret,
        jwks: { keys: [{ ...client.publicKey.export({ format: 'jwk' }), kid: KEY_ID }] },
        redirect_uri: ['http://127.0.0.1/callback'],
        authorization_type: ['client_credentials', 'password', 'refresh_token'],
        token_endpoint_auth_method: [
          'client_secret_basic',
          'client_secret_post',
          'client_secret_jwt',
          'private_key_jwt',
        ],
        scope: ['openid', SCOPE],
      },
    ],
  ];
  for (const [path, body] of steps) {
    const { status } = await post(path, body, cookie);
    if (status !== 200)
      throw new Error(`expected glewlwyd to accept POST ${path}, received ${status}`);
  }
}

function plugIn(origin: string): object {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    iss: `${origin}/api/oidc`,
    'jwt-type': 'rsa',
    'jwt-key-size': '256',
    key: privateKey,
    cert: publicKey,
    'access-token-duration': 3600,
    'refresh-token-duration': 3600,
    'code-duration': 600,
    'refresh-token-rolling': true,
    'refresh-token-one-use': 'always',
    'request-parameter-allow': true,
    'allow-non-oidc': true,
    'auth-type-password-enabled': true,
    'auth-type-client-enabled': true,
    'auth-type-refresh-enabled': true,
    'jwks-show': true,
    'client-jwks-parameter': 'jwks',
    'secret-type': 'pairwise',
    'subject-type': 'public',
    'allowed-scope': ['openid'],
    'introspection-revocation-allowed': true,
    'introspection-revocation-allow-target-client': true,
    'introspection-revocation-auth-scope': [],
  };
}
