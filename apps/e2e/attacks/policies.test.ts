import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Client,
  ChannelCredentials,
  Metadata,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js';
import {
  authenticated,
  ConfigError,
  createAuthInterceptor,
  definePolicy,
  denyAll,
  publicMethod,
  requireAll,
  requireClaim,
  requireScopes,
} from '@grpc-authn/core';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { Accounts, bearer } from '../support/accounts.ts';
import { refuses, withTarget } from '../support/attack.ts';
import { AUDIENCE, KEYS, TARGETS } from '../support/attack-targets.ts';

describe('a claim that is a list, or looks like the required one', () => {
  const claim = (value: unknown): object => ({ role: value });
  refuses({
    source: 'CVE-2026-26308; rule 32',
    expected: status.PERMISSION_DENIED,
    on: TARGETS,
    policy: definePolicy({ rules: { 'echo.v1.Echo/*': requireClaim('role', 'admin') } }),
    good: (target) => target.issued(claim(['user', 'admin'])),
    bad: (target) =>
      Object.fromEntries(
        [
          undefined,
          null,
          true,
          1,
          'Admin',
          'admin ',
          'administrator',
          'user,admin',
          'user admin',
          [],
          ['user'],
          ['Admin'],
          [['admin']],
          ['admins', 'adm', 'in'],
          { admin: true },
          { 0: 'admin', length: 1 },
          { role: 'admin' },
        ].map((value) => [JSON.stringify(value) ?? 'none', [target.issued(claim(value)), 'claim']]),
      ),
  });
});

describe("a claim that is named like part of a path, or like an object's own", () => {
  const policy = definePolicy({
    rules: {
      'echo.v1.Echo/*': requireAll(
        requireClaim('https://x.com/roles', 'admin'),
        requireClaim(['realm', 'constructor'], 'x'),
      ),
    },
  });
  refuses({
    source: 'CVE-2026-39350; rule 32',
    expected: status.PERMISSION_DENIED,
    on: TARGETS,
    policy,
    good: (target) =>
      target.issued({ 'https://x.com/roles': 'admin', realm: { constructor: 'x' } }),
    bad: (target) => ({
      'a path where a name is required': target.issued({
        'https://x': { 'com/roles': 'admin' },
        realm: { constructor: 'x' },
      }),
      'any character for the dot': target.issued({
        'https://x-com/roles': 'admin',
        realm: { constructor: 'x' },
      }),
      'what every object has': target.issued({ 'https://x.com/roles': 'admin', realm: {} }),
      'a name where a path is required': target.issued({
        'https://x.com/roles': 'admin',
        'realm.constructor': 'x',
      }),
    }),
  });
});

describe('a service whose name a pattern would match', () => {
  it('any target: PERMISSION_DENIED, since a dot is a dot (CVE-2026-39350)', async () => {
    const rules = { 'echo.v1.Echo/*': authenticated(), 'echo.v1.Echo/Closed': denyAll() };
    const authenticator = new Accounts();
    const policy = definePolicy({ rules });
    const server = new Server({ interceptors: [createAuthInterceptor({ authenticator, policy })] });
    let handled = 0;
    const names = [
      'echo.v1.Echo',
      'echoXv1.Echo',
      'echo.v1xEcho',
      'my.echo.v1.Echo',
      'echo.v1.Echo2',
    ];
    for (const service of names) {
      const echo = (bytes: Buffer): Buffer => bytes;
      const method = (name: string) => ({
        path: `/${service}/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: echo,
        requestDeserialize: echo,
        responseSerialize: echo,
        responseDeserialize: echo,
      });
      const handle = (_call: unknown, respond: (error: null, value: Buffer) => void): void => {
        handled += 1;
        respond(null, Buffer.alloc(0));
      };
      server.addService(
        { Open: method('Open'), Closed: method('Closed') },
        { Open: handle, Closed: handle },
      );
    }
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    const client = new Client(`127.0.0.1:${port}`, ChannelCredentials.createInsecure());
    const codeOf = (path: string): Promise<number> =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        metadata.set('authorization', bearer('alice'));
        const same = (value: Buffer): Buffer => value;
        client.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, (error) =>
          resolve(error?.code ?? status.OK),
        );
      });
    assert.equal(await codeOf('/echo.v1.Echo/Open'), status.OK);
    assert.equal(await codeOf('/echo.v1.Echo/Closed'), status.PERMISSION_DENIED);
    for (const service of names.slice(1)) {
      assert.equal(await codeOf(`/${service}/Open`), status.PERMISSION_DENIED, service);
    }
    assert.equal(handled, 1);
    client.close();
    server.forceShutdown();
  });
});

describe('a regular expression where a name stands', () => {
  it('any target: does not start, or never matches (CVE-2026-35040, CVE-2026-35041)', async () => {
    const rules = { issuer: 'https://a.example', audience: AUDIENCE };
    const jwks = { keys: [KEYS.main.jwk] };
    const create = (wrong: object) => () => createJwksAuthenticator({ jwks, ...rules, ...wrong });
    assert.ok(create({})());
    for (const wrong of [
      { issuer: /^https/g },
      { issuer: ['https://a.example', /x/g] },
      { audience: /orders/g },
      { audience: [/orders/g] },
      { requiredClaims: [/x/] },
      { scopeClaims: /x/ },
      { typ: [/jwt/] },
    ]) {
      assert.throws(create(wrong), ConfigError, JSON.stringify(Object.keys(wrong)));
    }
    assert.throws(() => requireScopes(/x/g as never), ConfigError);
    assert.throws(() => requireClaim(/x/g as never, 'x'), ConfigError);
    for (const key of [
      '/.*/',
      'echo.v1.Echo/.*',
      'echo..v1.Echo/*',
      '*',
      '*/*',
      'echo.*/unary',
      '^x/y$',
    ]) {
      assert.throws(() => definePolicy({ rules: { [key]: publicMethod() } }), ConfigError, key);
    }
  });

  it('any target: the same answer each time, without backtracking over long claims (CVE-2026-35040)', async () => {
    const policy = definePolicy({ rules: { 'echo.v1.Echo/*': requireClaim('role', 'admin') } });
    await withTarget(
      'hs256',
      async ({ target, call }) => {
        const [good, bad] = [target.issued({ role: 'admin' }), target.issued({ role: 'user' })];
        const evil = target.issued({ role: `${'a'.repeat(5000)}!`, scope: ' '.repeat(100) });
        for (let time = 0; time < 10; time += 1) {
          assert.equal((await call(good)).code, status.OK);
          assert.equal((await call(bad)).code, status.PERMISSION_DENIED);
          assert.equal((await call(evil)).code, status.PERMISSION_DENIED);
        }
      },
      { policy },
    );
  });
});
