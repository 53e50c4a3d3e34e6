// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { describe, it } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import {
  allowAnonymous,
  authenticated,
  bearerFromMetadata,
  definePolicy,
  denyAll,
  publicMethod,
  requireScopes,
} from '@grpc-authn/core';
import { withTarget } from '../support/attack.ts';
import { TARGETS } from '../support/attack-targets.ts';
import { echoDefinition } from '../support/echo-server.ts';
import { frame, RawClient } from '../support/raw-client.ts';
import { sendRawHeaders } from '../support/raw-frames.ts';

describe('two tokens in one call', () => {
  for (const name of TARGETS) {
    it(`${name}: UNAUTHENTICATED, and the first of two fields counts (CVE-2026-26308, CVE-2026-31838, CVE-2025-64527)`, async () => {
      await withTarget(name, async ({ target, client, server, decisions }) => {
        const [good, bad] = [target.issued(), target.forged({}, target.claims({ aud: 'x' }))];
        for (const joined of [
          `Bearer ${good}, Bearer ${bad}`,
          `Bearer ${bad}, Bearer ${good}`,
          `Bearer ${bad},${good}`,
          `Bearer ${good},`,
          `Basic eA==, Bearer ${good}`,
          `Bearer ${bad} ${good}`,
          `Bearer Bearer ${good}`,
        ]) {
          const { code } = await client.call('unary', { authorization: joined });
          assert.equal(code, status.UNAUTHENTICATED, joined.slice(0, 20));
        }
        assert.equal(server.seen.handlers, 0);
        // Node.js drops the second of two fields; a good one does not make up for a bad one.
        for (const [first, second, outcome] of [
          [bad, good, 'refused'],
          [good, bad, 'allowed'],
        ] as const) {
          const before = decisions.length;
          const fields = [first, second].map(
            (value) => ['authorization', `Bearer ${value}`] as const,
          );
          const socket = sendRawHeaders(server.port, '/echo.v1.Echo/unary', fields);
          while (decisions.length === before)
            await new Promise((resolve) => setTimeout(resolve, 2));
          socket.destroy();
          assert.equal(decisions.at(-1)?.outcome, outcome);
        }
        assert.equal(
          (await client.call('unary', { authorization: `Bearer ${good}` })).code,
          status.OK,
        );
      });
    });
  }

  it('any target: UNAUTHENTICATED for a custom field sent twice, which arrives joined', async () => {
    const credentials = bearerFromMetadata({ header: 'x-token' });
    await withTarget(
      'hs256',
      async ({ target, client }) => {
        const metadata = new Metadata();
        metadata.add('x-token', `Bearer ${target.issued()}`);
        assert.equal((await client.call('unary', { metadata })).code, status.OK);
        metadata.add('x-token', `Bearer ${target.issued()}`);
        assert.equal((await client.call('unary', { metadata })).code, status.UNAUTHENTICATED);
        // The field that is not configured is ignored.
        const authorization = `Bearer ${target.issued()}`;
        assert.equal((await client.call('unary', { authorization })).code, status.UNAUTHENTICATED);
      },
      { credentials },
    );
  });
});

describe('a good token under another name or scheme', () => {
  for (const name of TARGETS) {
    it(`${name}: UNAUTHENTICATED (RFC 6750, 2.1; RFC 9449, 7.1)`, async () => {
      await withTarget(name, async ({ target, client, server }) => {
        const good = target.issued();
        for (const authorization of [
          good,
          `DPoP ${good}`,
          `Basic ${good}`,
          `Token ${good}`,
          `Bearer:${good}`,
          `Bearer=${good}`,
          `Bearer`,
          `Bearer "${good}"`,
          `Bearer token="${good}"`,
          `BearerX ${good}`,
        ]) {
          const { code } = await client.call('unary', { authorization });
          assert.equal(code, status.UNAUTHENTICATED, authorization.slice(0, 16));
        }
        for (const field of ['x-authorization', 'proxy-authorization', 'access_token', 'cookie']) {
          const metadata = new Metadata();
          metadata.set(field, `Bearer ${good}`);
          assert.equal((await client.call('unary', { metadata })).code, status.UNAUTHENTICATED);
        }
        const binary = new Metadata();
        binary.set('authorization-bin', Buffer.from(`Bearer ${good}`));
        assert.equal(
          (await client.call('unary', { metadata: binary })).code,
          status.UNAUTHENTICATED,
        );
        assert.equal(server.seen.handlers, 0);
        const authorization = `bEARER ${good}`;
        assert.equal((await client.call('unary', { authorization })).code, status.OK);
      });
    });
  }
});

describe('a bad token where none is needed', () => {
  const policy = definePolicy({ rules: { 'echo.v1.Echo/*': allowAnonymous() } });
  for (const name of TARGETS) {
    it(`${name}: UNAUTHENTICATED (CVE-2021-21378; RFC 6750, 3.1; rule 4)`, async () => {
      await withTarget(
        name,
        async ({ target, call, client, server }) => {
          assert.equal((await call(undefined)).code, status.OK);
          assert.equal((await call(target.issued())).code, status.OK);
          const { handlers } = server.seen;
          for (const token of [
            target.forged({}, target.claims({ iss: 'https://else.example' })),
            target.forged({}, target.claims({ aud: 'billing' })),
            target.forged({ alg: 'none' }),
            `${target.forged({}, target.claims({ sub: 'mallory' })).slice(0, -6)}AAAAAA`,
            'opaque',
            '.',
          ]) {
            assert.equal((await call(token)).code, status.UNAUTHENTICATED, token.slice(0, 20));
          }
          for (const authorization of ['Basic eA==', 'Bearer']) {
            const { code } = await client.call('unary', { authorization });
            assert.equal(code, status.UNAUTHENTICATED, authorization);
          }
          assert.equal(server.seen.handlers, handlers);
        },
        { policy },
      );
    });
  }
});

/** Other spellings of one path, as far as HTTP/2 can carry them. */
const SPELLINGS = [
  '//echo.v1.Echo/unary',
  '/echo.v1.Echo//unary',
  '/echo.v1.Echo/unary/',
  '/echo.v1.Echo/unary?x=1',
  '/echo.v1.Echo/unary#x',
  '/echo.v1.Echo/%75nary',
  '/echo.v1.Echo%2Funary',
  '/echo.v1.Echo/Unary',
  '/ECHO.V1.ECHO/unary',
  '/./echo.v1.Echo/unary',
  '/echo.v1.Echo/./unary',
  '/x/../echo.v1.Echo/unary',
  '/echo.v1.Echo/unary;x',
  '/echo.v1.Echo/unary%00',
  'echo.v1.Echo/unary',
  '*',
  '/',
];

describe('another spelling of a denied path', () => {
  it('any target: UNIMPLEMENTED or a reset, and no handler (CVE-2026-33186, CVE-2026-26205, CVE-2021-31920)', async () => {
    const services = [echoDefinition({ messages: 0, handlers: 0 }) as never];
    const policy = definePolicy({
      services,
      rules: { 'echo.v1.Echo/unary': denyAll(), 'echo.v1.Echo/bidi': authenticated() },
      otherwise: authenticated(),
    });
    await withTarget(
      'hs256',
      async ({ target, call, client, server }) => {
        const authorization = `Bearer ${target.issued()}`;
        assert.equal((await client.call('bidi', { authorization })).code, status.OK);
        assert.equal((await call(target.issued())).code, status.PERMISSION_DENIED);
        const { handlers } = server.seen;
        for (const path of SPELLINGS) {
          const answer = await rawCall(server.port, path, { authorization });
          const expected = [String(status.UNIMPLEMENTED), undefined];
          assert.ok(expected.includes(answer), `${path}: ${answer}`);
        }
        assert.equal(server.seen.handlers, handlers);
        assert.equal(await rawCall(server.port, '/echo.v1.Echo/bidi', { authorization }), '0');
      },
      { policy },
    );
  });
});

/** The grpc-status of a call to any path; undefined where the stream or connection was reset. */
async function rawCall(
  port: number,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...fields,
    });
    let code: string | undefined;
    const read = (headers: object): void => {
      code ??= (headers as Readonly<Record<string, string>>)['grpc-status'];
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('data', () => undefined);
    stream.on('error', () => undefined);
    stream.end(frame(Buffer.from('hello')));
    await once(stream, 'close').catch(() => undefined);
    return code;
  } finally {
    session.destroy();
  }
}

describe('another HTTP method', () => {
  it('any target: UNAUTHENTICATED without a token (RFC 9110, 9.1)', async () => {
    await withTarget('hs256', async ({ target, server }) => {
      const raw = new RawClient(server.port);
      for (const method of ['GET', 'PUT', 'PATCH', 'OPTIONS', 'HEAD', 'DELETE']) {
        const { fields } = await raw.call('unary', { ':method': method });
        assert.notEqual(fields['grpc-status'], '0', method);
      }
      assert.equal(server.seen.handlers, 0);
      const good = { authorization: `Bearer ${target.issued()}` };
      assert.equal((await raw.call('unary', good)).fields['grpc-status'], '0');
      raw.close();
    });
  });
});

describe('a method that nobody thought of', () => {
  for (const name of TARGETS) {
    it(`${name}: PERMISSION_DENIED with a policy, UNAUTHENTICATED without (go-grpc-middleware #345; rule 31)`, async () => {
      const policy = definePolicy({ rules: { 'echo.v1.Echo/bidi': authenticated() } });
      await withTarget(
        name,
        async ({ target, call, client, server }) => {
          const authorization = `Bearer ${target.issued()}`;
          assert.equal((await client.call('bidi', { authorization })).code, status.OK);
          assert.equal((await call(target.issued())).code, status.PERMISSION_DENIED);
          assert.equal((await call(undefined)).code, status.PERMISSION_DENIED);
          assert.equal(server.seen.handlers, 1);
        },
        { policy },
      );
      await withTarget(name, async ({ target, call, server }) => {
        assert.equal((await call(undefined)).code, status.UNAUTHENTICATED);
        assert.equal(server.seen.handlers, 0);
        assert.equal((await call(target.issued())).code, status.OK);
      });
    });
  }
});

describe('metadata that says who the caller is', () => {
  it('any target: UNAUTHENTICATED, because only the token is read (rule 5)', async () => {
    await withTarget('hs256', async ({ client, server, target, decisions }) => {
      const metadata = new Metadata();
      for (const field of [
        'x-user',
        'x-forwarded-user',
        'x-jwt-payload',
        'grpc-authn-mark',
        'sub',
      ]) {
        metadata.set(field, 'alice');
      }
      assert.equal((await client.call('unary', { metadata })).code, status.UNAUTHENTICATED);
      assert.equal(server.seen.handlers, 0);
      metadata.set('authorization', `Bearer ${target.issued({ sub: 'bob' })}`);
      assert.equal((await client.call('unary', { metadata })).code, status.OK);
      assert.equal(decisions.at(-1)?.principal?.subject, 'bob');
    });
  });
});

describe('a method that is public', () => {
  it('any target: OK for it alone, whatever is sent (rule 4)', async () => {
    const policy = definePolicy({
      rules: { 'echo.v1.Echo/unary': publicMethod(), 'echo.v1.Echo/*': requireScopes('a') },
    });
    await withTarget(
      'hs256',
      async ({ target, call, client }) => {
        for (const token of [undefined, 'junk', target.issued()]) {
          assert.equal((await call(token)).code, status.OK);
        }
        const authorization = `Bearer ${target.issued()}`;
        assert.equal((await client.call('bidi')).code, status.UNAUTHENTICATED);
        assert.equal((await client.call('bidi', { authorization })).code, status.PERMISSION_DENIED);
      },
      { policy },
    );
  });
});
