// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { anyOf, type ManagedAuthenticator } from '@grpc-authn/core';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { byIssuer } from '@grpc-authn/jwt';
import { withTarget } from '../support/attack.ts';
import { createKey, type Key, jws } from '../support/attack-keys.ts';
import {
  json,
  METADATA_PATH,
  startAttackProvider,
  type AttackProvider,
} from '../support/attack-provider.ts';
import { AUDIENCE, KEYS, TARGETS, type TargetName } from '../support/attack-targets.ts';
import { withEcho } from '../support/with-echo.ts';

const ASKS: readonly TargetName[] = TARGETS.filter((name) =>
  ['introspection', 'anyOf', 'byIssuer'].includes(name),
);
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** What the opaque branch of each target accepts. */
function answerFor(name: TargetName, issuer: string): object {
  const iss = name === 'introspection' ? issuer : 'https://opaque.example';
  const times = { iat: nowSeconds(), exp: nowSeconds() + 300 };
  return { active: true, token_type: 'Bearer', iss, aud: AUDIENCE, sub: 'alice', ...times };
}

/** Rejects one opaque token after the other, each with its answer of the provider. */
function refusesAnswers(source: string, answers: Readonly<Record<string, string | object>>): void {
  for (const name of ASKS) {
    it(`${name}: UNAUTHENTICATED (${source})`, async () => {
      await withTarget(name, async ({ target, call, server }) => {
        const good = answerFor(name, target.issuer);
        target.provider.answers.set('good', good);
        assert.equal((await call('good')).code, status.OK);
        for (const [what, changes] of Object.entries(answers)) {
          const text =
            typeof changes === 'string' ? changes : JSON.stringify({ ...good, ...changes });
          const token = Buffer.from(what).toString('hex');
          target.provider.answers.set(token, text);
          for (const time of ['once', 'again']) {
            assert.equal((await call(token)).code, status.UNAUTHENTICATED, `${what}, ${time}`);
          }
        }
        assert.equal(server.seen.handlers, 1);
        target.provider.answers.set('good2', good);
        assert.equal((await call('good2')).code, status.OK);
      });
    });
  }
}

describe('an answer that is not quite active', () => {
  refusesAnswers('RFC 7662, 2.2', {
    'active: false': { active: false },
    'active: "false"': { active: 'false' },
    'active: "true"': { active: 'true' },
    'active: 1': { active: 1 },
    'active: null': { active: null },
    'active: [true]': { active: [true] },
    'active: {}': { active: {} },
    'active missing': { active: undefined },
    'active in another case': { active: undefined, Active: true },
    'active of a prototype': '{"__proto__":{"active":true},"token_type":"Bearer","aud":"orders"}',
    'active twice, false last':
      '{"active":true,"token_type":"Bearer","aud":"orders","active":false}',
    'nothing else': '{}',
  });
});

describe('an active answer whose time is over, or is none', () => {
  refusesAnswers('RFC 7662, 2.2; spring-security #8117', {
    'exp an hour ago': { exp: nowSeconds() - 3600 },
    'exp zero': { exp: 0 },
    'exp as text': { exp: String(nowSeconds() + 300) },
    'exp null': { exp: null },
    'nbf in an hour': { nbf: nowSeconds() + 3600 },
    'iat in an hour': { iat: nowSeconds() + 3600 },
    'exp that is infinite': `{"active":true,"token_type":"Bearer","aud":"orders","exp":1e999}`,
  });
});

describe('an active answer about a token for somebody else', () => {
  refusesAnswers('RFC 7662, 4; RFC 8725, 3.8 and 3.9', {
    'another aud': { aud: 'billing' },
    'no aud': { aud: undefined },
    'aud null': { aud: null },
    'aud as an object': { aud: { orders: true } },
    'several, ours not among them': { aud: ['billing', 'Orders'] },
    'another iss': { iss: 'https://else.example' },
    'iss as a list': { iss: ['https://opaque.example'] },
    'iss null': { iss: null },
    'iss empty': { iss: '' },
  });
});

describe('a refresh token that introspection knows', () => {
  refusesAnswers('RFC 7662, 2.2; RFC 6749, 1.5; oidc-provider', {
    'no token_type, as oidc-provider answers': { token_type: undefined },
    refresh_token: { token_type: 'refresh_token' },
    Refresh: { token_type: 'Refresh' },
    'token_type null': { token_type: null },
    'token_type as a list': { token_type: ['Bearer'] },
    'N_A (RFC 8693)': { token_type: 'N_A' },
    DPoP: { token_type: 'DPoP' },
    'Bearer with the token_use of Hydra': { token_use: 'refresh_token' },
    'Bearer with the typ of Keycloak': { typ: 'Refresh' },
    bound: { cnf: { jkt: 'x' } },
  });
});

interface Signed {
  readonly provider: AttackProvider;
  readonly authenticator: ManagedAuthenticator<object>;
  readonly answer: (changes?: object, header?: object, claims?: object, key?: Key) => string;
}

/** An authenticator that accepts only signed answers, and what signs for its provider. */
async function createSigned(): Promise<Signed> {
  const provider = await startAttackProvider([KEYS.main.jwk]);
  const { issuer } = provider;
  const authenticator = createIntrospectionAuthenticator({
    issuer,
    audience: AUDIENCE,
    clientId: 'orders-client',
    clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
    response: 'jwt',
    cache: false,
  });
  return {
    provider,
    authenticator,
    answer(changes = {}, header = {}, claims = {}, key = KEYS.main) {
      const times = { exp: nowSeconds() + 300 };
      const about = { active: true, token_type: 'Bearer', sub: 'alice', aud: AUDIENCE, ...times };
      return jws(
        key,
        { alg: key.alg, kid: key.kid, typ: 'token-introspection+jwt', ...header },
        {
          iss: issuer,
          aud: 'orders-client',
          iat: nowSeconds(),
          ...claims,
          token_introspection: { ...about, ...changes },
        },
      );
    },
  };
}

describe('a signed answer that is replayed, forged or about something else', () => {
  it('introspection: never OK (RFC 9701, 5 and 8; RFC 8725, 3.11)', async () => {
    const { provider, authenticator, answer } = await createSigned();
    const type = 'application/token-introspection+jwt';
    let said = '';
    let contentType = type;
    provider.respond('/introspect', (response) =>
      response.writeHead(200, { 'content-type': contentType }).end(said),
    );
    const bad: Readonly<Record<string, string>> = {
      'of two minutes ago': answer({}, {}, { iat: nowSeconds() - 120 }),
      'of tomorrow': answer({}, {}, { iat: nowSeconds() + 86_400 }),
      'without iat': answer({}, {}, { iat: undefined }),
      'iat as text': answer({}, {}, { iat: String(nowSeconds()) }),
      'for another client': answer({}, {}, { aud: 'billing-client' }),
      'of another issuer': answer({}, {}, { iss: 'https://else.example' }),
      'an access token': answer({}, { typ: 'at+jwt' }),
      'without typ': answer({}, { typ: undefined }),
      'by another key': answer({}, {}, {}, createKey('ES256', 'main')),
      unsigned: `${answer({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
      'its signature cut': answer().slice(0, -4),
      'of an expired token': answer({ exp: nowSeconds() - 10 }),
      'not active': answer({ active: false }),
      'for another audience': answer({ aud: 'billing' }),
    };
    await withEcho({ authenticator }, async ({ client, server }) => {
      let count = 0;
      const codeOf = async (): Promise<number> => {
        const authorization = `Bearer opaque-${(count += 1)}`;
        return (await client.call('unary', { authorization })).code;
      };
      said = answer();
      assert.equal(await codeOf(), status.OK);
      for (const [what, text] of Object.entries(bad)) {
        said = text;
        const code = await codeOf();
        assert.ok(code === status.UNAUTHENTICATED || code === status.UNAVAILABLE, what);
        // A good one in between, so that an open circuit breaker is not mistaken for a rejection.
        said = answer();
        assert.equal(await codeOf(), status.OK, `after ${what}`);
      }
      contentType = 'application/json';
      said = JSON.stringify({ active: true, token_type: 'Bearer', sub: 'alice', aud: AUDIENCE });
      assert.equal(await codeOf(), status.UNAVAILABLE, 'plain JSON');
      assert.equal(server.seen.handlers, Object.keys(bad).length + 1);
    });
    await authenticator.close();
    await provider.close();
  });
});

describe('the provider of a revoked token is down', () => {
  const compositions = {
    anyOf: (first: ManagedAuthenticator<object>, second: ManagedAuthenticator<object>) =>
      anyOf(first, second),
    byIssuer: (first: ManagedAuthenticator<object>, second: ManagedAuthenticator<object>) =>
      byIssuer({ 'https://b.example': second }, { opaque: first }),
  };
  for (const [name, compose] of Object.entries(compositions)) {
    it(`${name}: UNAVAILABLE or UNAUTHENTICATED, never OK (rule 29; RFC 7662, 4)`, async () => {
      const provider = await startAttackProvider([KEYS.main.jwk]);
      const { issuer } = provider;
      const main = createIntrospectionAuthenticator({
        endpoint: provider.introspectionEndpoint,
        issuer,
        audience: AUDIENCE,
        clientId: 'orders',
        clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
        cache: false,
      });
      const other = createJwksAuthenticator({
        jwks: { keys: [KEYS.main.jwk] },
        issuer: 'https://b.example',
        audience: AUDIENCE,
      });
      const token = (iss: string): string =>
        jws(
          KEYS.main,
          { alg: 'ES256', kid: 'main' },
          { iss, aud: AUDIENCE, exp: nowSeconds() + 300 },
        );
      await withEcho({ authenticator: compose(main, other) }, async ({ client, server }) => {
        const codeOf = async (sent: string): Promise<number> =>
          (await client.call('unary', { authorization: `Bearer ${sent}` })).code;
        const revoked = token(issuer);
        provider.answers.set('opaque', { active: true, token_type: 'Bearer', aud: AUDIENCE });
        assert.equal(await codeOf('opaque'), status.OK);
        assert.equal(await codeOf(token('https://b.example')), status.OK);
        assert.equal(await codeOf(revoked), status.UNAUTHENTICATED);
        provider.respond('/introspect', (response) => response.socket?.destroy());
        const code = await codeOf(revoked);
        assert.equal(code, name === 'anyOf' ? status.UNAVAILABLE : status.UNAUTHENTICATED);
        assert.equal(await codeOf('opaque'), status.UNAVAILABLE);
        assert.equal(server.seen.handlers, 2);
        assert.equal(await codeOf(token('https://b.example')), status.OK);
      });
      await main.close();
      await provider.close();
    });
  }
});

describe('metadata that names an endpoint of somebody else', () => {
  const CANARY = 'canary-9f8e7d6c5b4a';
  it('introspection: UNAVAILABLE, and the secret is not sent (RFC 8414, 6; RFC 8725, 2.9 and 3.10)', async () => {
    const thief = await startAttackProvider();
    const endpoints: readonly unknown[] = [
      thief.introspectionEndpoint,
      thief.introspectionEndpoint.replace('127.0.0.1', 'localhost'),
      'http://169.254.169.254/latest/meta-data',
      'http://[fe80::1]/introspect',
      'http://[::ffff:169.254.169.254]/introspect',
      'http://id.example.com/introspect',
      'https://thief.example/introspect',
      'https://user:pass@id.example.com/introspect',
      'https://id.example.com.thief.example/introspect',
      'file:///etc/passwd',
      'data:application/json,{"active":true}',
      'ftp://id.example.com/introspect',
      '//thief.example/introspect',
      '/introspect',
      '',
      null,
      ['https://id.example.com/introspect'],
    ];
    for (const issuer of ['http://127.0.0.1:4444', 'https://id.example.com']) {
      const sent: string[] = [];
      let endpoint: unknown = `${issuer}/introspect`;
      const stub: typeof fetch = async (input, init) => {
        const request = new Request(input, init);
        sent.push(`${request.url} ${JSON.stringify([...request.headers])} ${await request.text()}`);
        const said = request.url.includes('/.well-known/')
          ? { issuer, introspection_endpoint: endpoint, jwks_uri: `${issuer}/jwks` }
          : { active: true, token_type: 'Bearer', aud: AUDIENCE };
        return Response.json(said);
      };
      const create = () =>
        createIntrospectionAuthenticator({
          issuer,
          audience: AUDIENCE,
          clientId: 'orders',
          clientAuthentication: { method: 'client_secret_post', secret: CANARY },
          http: { fetch: stub },
          cache: false,
        });
      const codeOf = async (authenticator: ManagedAuthenticator<object>): Promise<number> => {
        let code = -1;
        await withEcho({ authenticator }, async ({ client }) => {
          ({ code } = await client.call('unary', { authorization: 'Bearer opaque' }));
        });
        await authenticator.close();
        return code;
      };
      assert.equal(await codeOf(create()), status.OK);
      assert.ok(sent.some((request) => request.includes(CANARY)));
      for (const wrong of endpoints) {
        sent.length = 0;
        endpoint = wrong;
        assert.equal(await codeOf(create()), status.UNAVAILABLE, `${issuer}: ${String(wrong)}`);
        assert.ok(!sent.join().includes(CANARY), `${issuer}: ${String(wrong)}`);
        assert.ok(!sent.join().includes(Buffer.from(CANARY).toString('base64')));
        assert.ok(!sent.join().includes('opaque'), 'nor the token');
      }
    }
    assert.deepEqual(thief.paths, []);
    await thief.close();
  });

  it('introspection: UNAVAILABLE where the endpoint redirects, over real sockets (RFC 9700, 4.12)', async () => {
    const thief = await startAttackProvider();
    const provider = await startAttackProvider();
    const authenticator = createIntrospectionAuthenticator({
      issuer: provider.issuer,
      audience: AUDIENCE,
      clientId: 'orders',
      clientAuthentication: { method: 'client_secret_post', secret: CANARY },
      cache: false,
    });
    provider.answers.set('opaque', { active: true, token_type: 'Bearer', aud: AUDIENCE });
    await withEcho({ authenticator }, async ({ client }) => {
      const authorization = 'Bearer opaque';
      assert.equal((await client.call('unary', { authorization })).code, status.OK);
      for (const code of [301, 302, 303, 307, 308]) {
        provider.respond('/introspect', (response) =>
          response.writeHead(code, { location: thief.introspectionEndpoint }).end(),
        );
        const end = await client.call('unary', { authorization });
        assert.equal(end.code, status.UNAVAILABLE);
      }
    });
    assert.deepEqual(thief.paths, []);
    assert.ok(provider.received.join().includes(CANARY));
    await authenticator.close();
    await provider.close();
    await thief.close();
  });
});

describe('metadata of another issuer', () => {
  it('introspection: UNAVAILABLE (RFC 8414, 3.3 and 6.2; mix-up)', async () => {
    for (const wrong of ['https://else.example', undefined, null, ['x'], 'ISSUER/']) {
      const provider = await startAttackProvider();
      const endpoint = provider.introspectionEndpoint;
      const metadata = (issuer: unknown) => ({ issuer, introspection_endpoint: endpoint });
      const iss = wrong === 'ISSUER/' ? `${provider.issuer}/` : wrong;
      const create = () =>
        createIntrospectionAuthenticator({
          issuer: provider.issuer,
          audience: AUDIENCE,
          clientId: 'orders',
          clientAuthentication: { method: 'client_secret_post', secret: 'secret' },
        });
      provider.answers.set('opaque', { active: true, token_type: 'Bearer', aud: AUDIENCE });
      for (const [said, expected] of [
        [provider.issuer, status.OK],
        [iss, status.UNAVAILABLE],
      ] as const) {
        provider.respond(METADATA_PATH, (response) => json(response, metadata(said)));
        const authenticator = create();
        await withEcho({ authenticator }, async ({ client }) => {
          const end = await client.call('unary', { authorization: 'Bearer opaque' });
          assert.equal(end.code, expected, String(wrong));
        });
        await authenticator.close();
      }
      await provider.close();
    }
  });
});
