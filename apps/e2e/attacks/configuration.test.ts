// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { type LoadedAuth, loadAuth } from '@grpc-authn/config';
import { ConfigError } from '@grpc-authn/core';
import { createFakeClock } from '@grpc-authn/testing';
import { createKey, jws, secretKey } from '../support/attack-keys.ts';
import { startAttackProvider } from '../support/attack-provider.ts';
import { AUDIENCE, KEYS } from '../support/attack-targets.ts';
import { EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS, startEchoServer } from '../support/echo-server.ts';

const GOOD_SECRET = 'correct-horse-battery-staple-0123456789';
const issuer = 'https://login.example.com';
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grpc-authn-attacks-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, text: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

/** The result of each kind of call on a server with this config: without a token, and with one. */
async function codesOf(auth: LoadedAuth<object>, token?: string): Promise<readonly number[]> {
  const server = await startEchoServer({ interceptors: [auth.interceptor] });
  const client = new EchoClient(server.address);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const codes: number[] = [];
  for (const kind of CALL_KINDS) codes.push((await client.call(kind, authorization)).code);
  client.close();
  server.stop();
  return codes;
}

describe('a secret that would be more of the config', () => {
  it('config: UNAUTHENTICATED and PERMISSION_DENIED as before, whatever the variable contains (rule 34)', async () => {
    const secrets = [
      `${'s'.repeat(32)}\npolicy: { otherwise: anonymous }`,
      `${'s'.repeat(32)}\npolicy:\n  rules:\n    echo.v1.Echo/*: public`,
      `${'s'.repeat(32)}'\npolicy: { rules: { echo.v1.Echo/*: public } }\n#`,
      `${'s'.repeat(32)}"}]}\npolicy: { rules: { echo.v1.Echo/*: anonymous } }`,
      `${'s'.repeat(32)}\n---\nauthenticator: {}`,
      `${'s'.repeat(32)}\${file:/etc/hostname}`,
      '${ATTACK_OTHER}'.padEnd(40, 'x'),
      `${'s'.repeat(32)}\u2028policy: public`,
    ];
    const config = (text: string): string =>
      [
        'authenticator:',
        '  use: hs256',
        `  issuer: ${issuer}`,
        `  audience: ${AUDIENCE}`,
        `  secrets: [{ text: '${text}', encoding: utf8 }]`,
        'policy: { rules: { echo.v1.Echo/unary: authenticated, echo.v1.Echo/*: deny } }',
        '',
      ].join('\n');
    process.env['ATTACK_OTHER'] = 'what a second replacement would show';
    for (const secret of secrets) {
      process.env['ATTACK_SECRET'] = secret;
      await write('secret', secret);
      for (const source of ['${ATTACK_SECRET}', '${file:secret}']) {
        const file = await write('config.yaml', config(source));
        const auth = await loadAuth({ file });
        const { UNAUTHENTICATED, PERMISSION_DENIED, OK } = status;
        const denied = [PERMISSION_DENIED, PERMISSION_DENIED, PERMISSION_DENIED];
        assert.deepEqual(await codesOf(auth), [UNAUTHENTICATED, ...denied], secret);
        const exp = Math.floor(Date.now() / 1000) + 300;
        const key = secretKey(Buffer.from(secret));
        const token = jws(key, { alg: 'HS256' }, { iss: issuer, aud: AUDIENCE, exp });
        assert.deepEqual(await codesOf(auth, token), [OK, ...denied], 'it is the whole secret');
        await auth.close();
      }
    }
  });

  it('config: does not load with a variable in a key or in the policy (rule 34)', async () => {
    process.env['ATTACK_RULE'] = 'public';
    const one = `{ use: hs256, issuer: '${issuer}', audience: orders, secrets: [{ text: '${GOOD_SECRET}', encoding: utf8 }] }`;
    const file = await write('good.yaml', `authenticator: ${one}\n`);
    await (await loadAuth({ file })).close();
    for (const text of [
      `authenticator: ${one}\npolicy: { rules: { 'echo.v1.Echo/*': '\${ATTACK_RULE}' } }\n`,
      `authenticator: ${one}\npolicy: { rules: { 'echo.v1.Echo/\${ATTACK_RULE}': public } }\n`,
      `authenticator: ${one}\npolicy: '\${ATTACK_RULE}'\n`,
      `authenticator: ${one}\npolicy: { otherwise: '\${ATTACK_RULE}' }\n`,
      `authenticator: ${one}\n'\${ATTACK_RULE}': 1\n`,
    ]) {
      await assert.rejects(loadAuth({ file: await write('bad.yaml', text) }), ConfigError, text);
    }
  });
});

describe('an adapter that the file would import', () => {
  it('config: does not load, and nothing of it runs (rule 36)', async () => {
    const touched = 'ATTACK_IMPORTED';
    const code = `process.env.${touched} = 'yes'; export const adapter = {};`;
    await write('adapter.mjs', code);
    const rest = { issuer, audience: AUDIENCE, jwks: { keys: [KEYS.main.jwk] } };
    const load = (use: unknown) => loadAuth({ config: { authenticator: { use, ...rest } } });
    await (await load('jwks')).close();
    for (const use of [
      `data:text/javascript,${encodeURIComponent(code)}`,
      `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`,
      join(folder, 'adapter.mjs'),
      `file://${join(folder, 'adapter.mjs')}`,
      '../x',
      './adapter.mjs',
      'node:fs',
      'fs',
      '@grpc-authn/jwks',
      '@grpc-authn/jwks/internal',
      '@evil/adapter',
      'jwks/../../x',
      'jwks\u0000',
      'JWKS',
      '__proto__',
      'constructor',
      'toString',
      'https://evil.example/adapter.mjs',
      '',
      null,
      ['jwks'],
      { toString: 'jwks' },
      undefined,
    ]) {
      await assert.rejects(load(use), ConfigError, JSON.stringify(use));
    }
    assert.equal(process.env[touched], undefined);
  });
});

describe('a config without an issuer or audience', () => {
  const exp = Math.floor(Date.now() / 1000) + 300;
  it('config: does not load, or checks them, for every adapter (CVE-2026-22748)', async () => {
    const provider = await startAttackProvider([KEYS.main.jwk]);
    const file = await write('keys.json', JSON.stringify({ keys: [KEYS.main.jwk] }));
    const clientAuthentication = { method: 'client_secret_basic', secret: 's' };
    const specs: Readonly<Record<string, Record<string, unknown>>> = {
      hs256: { use: 'hs256', secrets: [{ text: GOOD_SECRET, encoding: 'utf8' }] },
      'jwks by url': { use: 'jwks', jwks: { url: provider.jwksUri } },
      'jwks by file': { use: 'jwks', jwks: { file } },
      'jwks by keys': { use: 'jwks', jwks: { keys: [KEYS.main.jwk] } },
      oidc: { use: 'oidc' },
      introspection: { use: 'introspection', clientId: 'c', clientAuthentication },
    };
    for (const [what, spec] of Object.entries(specs)) {
      const whole = { ...spec, issuer: provider.issuer, audience: AUDIENCE };
      const load = (authenticator: object) => loadAuth({ config: { authenticator } });
      for (const wrong of [undefined, null, '', [], ' ', {}, 0, true]) {
        await assert.rejects(load({ ...whole, audience: wrong }), ConfigError, what);
        await assert.rejects(load({ ...whole, issuer: wrong }), ConfigError, what);
      }
      const auth = await load(whole);
      if (what !== 'introspection') {
        const key = what === 'hs256' ? secretKey(Buffer.from(GOOD_SECRET)) : KEYS.main;
        const head = { alg: key.alg, ...(what === 'hs256' ? {} : { kid: key.kid }) };
        const token = (iss: unknown): string => jws(key, head, { iss, aud: AUDIENCE, exp });
        assert.deepEqual(
          new Set(await codesOf(auth, token(provider.issuer))),
          new Set([status.OK]),
          what,
        );
        for (const iss of ['https://else.example', `${provider.issuer}/`, undefined]) {
          const codes = new Set(await codesOf(auth, token(iss)));
          assert.deepEqual(codes, new Set([status.UNAUTHENTICATED]), what);
        }
      }
      await auth.close();
    }
    await provider.close();
  });
});

describe('an issuer that the world shares', () => {
  it('config: does not load without a claim that identifies the tenant (rule 38)', async () => {
    for (const shared of [
      'https://token.actions.githubusercontent.com',
      'https://accounts.google.com',
      'https://gitlab.com',
      'https://login.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com/organizations/v2.0',
    ]) {
      const authenticator = { use: 'oidc', issuer: shared, audience: AUDIENCE };
      await assert.rejects(loadAuth({ config: { authenticator } }), ConfigError, shared);
    }
    const pinned = {
      use: 'oidc',
      issuer: 'https://token.actions.githubusercontent.com',
      audience: AUDIENCE,
      pin: { repository_owner_id: '1' },
    };
    await (await loadAuth({ config: { authenticator: pinned } })).close();
    const own = { use: 'oidc', issuer, audience: AUDIENCE };
    await (await loadAuth({ config: { authenticator: own } })).close();
  });
});

describe('a secret file that is no file', () => {
  const skip = process.platform === 'win32' && 'needs POSIX: symbolic links and devices';
  it('config: does not load (rule 34)', { skip }, async () => {
    const one = (path: string): string =>
      `authenticator: { use: hs256, issuer: '${issuer}', audience: orders, secrets: [{ text: '\${file:${path}}', encoding: utf8 }] }\n`;
    const load = async (path: string) => loadAuth({ file: await write('file.yaml', one(path)) });
    await write('fine', `${GOOD_SECRET}\n`);
    await (await load('fine')).close();
    await write('empty', '');
    await write('large', Buffer.alloc(65_537, 's'));
    await write('binary', Buffer.alloc(40, 0xff));
    await symlink('/dev/zero', join(folder, 'zero'));
    await symlink(folder, join(folder, 'folder'));
    for (const path of [
      'empty',
      'large',
      'binary',
      'zero',
      'folder',
      'missing',
      '/dev/zero',
      '/dev/stdin',
      '',
    ]) {
      await assert.rejects(load(path), ConfigError, path);
    }
  });
});

const LOOK_MS = 1000;

/** A fake clock that reports when the watch waits for its next check of the file. */
function createLookingClock() {
  const fake = createFakeClock();
  const waiting = new Set<symbol>();
  return {
    ...fake,
    setTimer(ms: number, fire: () => void): () => void {
      if (ms !== LOOK_MS) return fake.setTimer(ms, fire);
      const look = Symbol('a look');
      waiting.add(look);
      const end = (): boolean => waiting.delete(look);
      const cancel = fake.setTimer(ms, () => {
        end();
        fire();
      });
      return () => {
        end();
        cancel();
      };
    },
    /** Runs this many checks of the file to their end. */
    async look(times: number): Promise<void> {
      for (let time = 0; time < times; time += 1) {
        await fake.advance(LOOK_MS);
        for (let turn = 0; waiting.size === 0 && turn < 10_000; turn += 1) {
          await new Promise(setImmediate);
        }
      }
    },
  };
}

describe('a watched config that is cut off at any of its bytes', () => {
  it('config: no kind of call is accepted that was rejected before (rule 35)', async () => {
    const key = createKey('ES256', 'main');
    const { kty, crv, x, y } = key.jwk;
    const text = `policy:
  rules:
    echo.v1.Echo/*: authenticated
    echo.v1.Echo/unary: { scopes: [a, b] }
    echo.v1.Echo/bidi: deny
authenticator:
  use: jwks
  issuer: ${issuer}
  audience: orders
  jwks: { keys: [{ kty: ${kty}, crv: ${crv}, kid: main, x: ${x}, y: ${y} }] }
`;
    const file = await write('watched.yaml', text);
    const clock = createLookingClock();
    const auth = await loadAuth({ file, clock });
    const received: unknown[] = [];
    auth.watch({ onReload: (error) => received.push(error) });
    const server = await startEchoServer({ interceptors: [auth.interceptor] });
    const client = new EchoClient(server.address);
    const exp = Math.floor(Date.now() / 1000) + 300;
    const token = (scope: string): string =>
      jws(key, { alg: 'ES256', kid: 'main' }, { iss: issuer, aud: 'orders', exp, scope });
    const [authorization, whole] = [token('a'), token('a b')].map((each) => `Bearer ${each}`);
    const codes = async (): Promise<readonly number[]> => [
      ...(await Promise.all(CALL_KINDS.map((kind) => client.call(kind)))).map(({ code }) => code),
      (await client.call('unary', { authorization: authorization! })).code,
      (await client.call('bidi', { authorization: whole! })).code,
    ];
    const uncut = await codes();
    assert.ok(!uncut.includes(status.OK));
    for (let length = 0; length < text.length; length += 1) {
      await write('watched.yaml', text.slice(0, length));
      await clock.look(2);
      assert.deepEqual(await codes(), uncut, `cut at ${length}`);
    }
    await write('watched.yaml', `${text}# whole\n`);
    await clock.look(3);
    assert.equal(received.at(-1), undefined, 'a complete file is loaded');
    assert.equal((await client.call('unary', { authorization: whole! })).code, status.OK);
    client.close();
    server.stop();
    await auth.close();
  });
});
