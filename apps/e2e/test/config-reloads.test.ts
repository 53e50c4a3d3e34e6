import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { loadAuth } from '@grpc-authn/config';
import { getPrincipal } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { bearer, eventually } from '../support/accounts.ts';
import {
  HS256_CONFIG,
  introspectionConfig,
  oidcConfig,
  withConfig,
} from '../support/config-file.ts';
import { EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS, startEchoServer } from '../support/echo-server.ts';
import { type AnyCall, type Handle, withHandler } from '../support/handler-server.ts';
import { OpenClient } from '../support/open-call.ts';
import { AUDIENCE, token } from '../support/tokens.ts';

const RELOADS = 8;
const CLIENTS_OF_A_KIND = 3;

let one: TestIssuer;
let other: TestIssuer;
before(async () => {
  [one, other] = await Promise.all([startTestIssuer(), startTestIssuer()]);
});
after(() => Promise.all([one.close(), other.close()]));

const anyOf = (...of: readonly object[]): object => ({ use: 'anyOf', of });

/** Configs that all accept a certain token; each replaces another. */
const LOADS: readonly (readonly [
  string,
  () => Promise<string>,
  () => readonly [object, ...object[]],
])[] = [
  [
    'that are verified synchronously',
    () => token(),
    () => [
      HS256_CONFIG,
      anyOf(oidcConfig(one.issuer), HS256_CONFIG),
      anyOf(HS256_CONFIG, introspectionConfig(one.issuer)),
    ],
  ],
  [
    'that the provider introspects',
    async () => one.opaque({ aud: AUDIENCE }),
    () => [
      introspectionConfig(one.issuer),
      anyOf(HS256_CONFIG, introspectionConfig(one.issuer)),
      anyOf(oidcConfig(other.issuer), introspectionConfig(one.issuer)),
    ],
  ],
];

describe('a reload under load', () => {
  for (const [what, create, configsOf] of LOADS) {
    it(`rejects no call and loses none, with tokens ${what}`, async () => {
      const configs = configsOf();
      const authorization = bearer(await create());
      await withConfig(configs[0], async ({ auth, write }) => {
        const server = await startEchoServer({ interceptors: [auth.interceptor] });
        const client = new EchoClient(server.address);
        const ends = new Map<string, number>();
        const over = new AbortController();
        const work = async (kind: (typeof CALL_KINDS)[number]): Promise<void> => {
          while (!over.signal.aborted) {
            const { code, messages } = await client.call(kind, { authorization });
            const end = `${kind}: ${code}, ${messages.join()}`;
            ends.set(end, (ends.get(end) ?? 0) + 1);
          }
        };
        const load = CALL_KINDS.flatMap((kind) =>
          Array.from({ length: CLIENTS_OF_A_KIND }, () => work(kind)),
        );
        try {
          const expected = CALL_KINDS.map((kind) => `${kind}: ${status.OK}, done`).toSorted();
          await eventually(() => ends.size >= CALL_KINDS.length, 'calls of every kind');
          for (let time = 1; time <= RELOADS; time += 1) {
            await write(configs[time % configs.length]!);
            await auth.reload();
            const made = (): number => [...ends.values()].reduce((sum, count) => sum + count, 0);
            const soFar = made();
            await eventually(() => made() > soFar + 2 * load.length, 'calls after the reload');
          }
          assert.deepEqual([...ends.keys()].toSorted(), expected);
        } finally {
          over.abort();
          await Promise.all(load);
          client.close();
          server.stop();
        }
      });
    });
  }
});

describe('a call that began before a reload and whose metadata arrive after it', () => {
  it('takes rule and authenticator of one generation (rule 37)', async () => {
    const authenticatorOf = (issuer: string): object => ({ ...HS256_CONFIG, issuer });
    const config = {
      authenticator: authenticatorOf('https://old.example.com'),
      policy: { rules: { 'echo.v1.Echo/*': 'authenticated' as unknown } },
    };
    const auth = await loadAuth({ config });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let begun = 0;
    /** Like an interceptor that looks something up before it passes the metadata on. */
    const delaying: ServerInterceptor = (_method, inner) => {
      begun += 1;
      return new ServerInterceptingCall(inner, {
        start: (next) => {
          next({
            onReceiveMetadata: (metadata, pass) => void released.then(() => pass(metadata)),
          });
        },
      });
    };
    const server = await startEchoServer({ interceptors: [delaying, auth.interceptor] });
    const client = new EchoClient(server.address);
    try {
      // Of the new issuer, without the scope that the new rule asks for: neither config allows it.
      const authorization = bearer(await token({ iss: 'https://new.example.com' }));
      const ended = client.call('unary', { authorization });
      await eventually(() => begun === 1, 'the call has begun');
      config.authenticator = authenticatorOf('https://new.example.com');
      config.policy.rules['echo.v1.Echo/*'] = { scopes: ['admin'] };
      await auth.reload();
      release();
      assert.equal((await ended).code, status.PERMISSION_DENIED);
    } finally {
      client.close();
      server.stop();
      await auth.close();
    }
  });
});

/** Answers each message with the current result of getPrincipal(). */
const answering =
  (say: (call: AnyCall) => string): Handle =>
  (_kind, call) => {
    call.on('data', () => call.write(say(call)));
    call.on('end', () => call.end());
  };

describe('an open stream, after a reload', () => {
  it('ends with UNAUTHENTICATED where its issuer was removed, and continues where it was not', async () => {
    const tokenOf = async (issuer: TestIssuer): Promise<string> =>
      bearer(await issuer.sign({ aud: AUDIENCE }));
    const both = anyOf(oidcConfig(one.issuer, 'one'), oidcConfig(other.issuer, 'other'));
    await withConfig(both, async ({ auth, write }) => {
      await withHandler(
        auth.interceptor,
        { handle: answering(() => 'yes') },
        async ({ address }) => {
          const client = new OpenClient(address);
          const goes = client.open('bidi', { authorization: await tokenOf(one) });
          const stays = client.open('bidi', { authorization: await tokenOf(other) });
          await eventually(() => goes.got() === 1 && stays.got() === 1, 'both are open');
          let isOver = false;
          void goes.ended.then(() => (isOver = true));
          await write(oidcConfig(other.issuer, 'renamed'));
          await auth.reload();
          await eventually(() => isOver, 'the one whose issuer was removed ends');
          const { status: end } = await goes.ended;
          assert.equal(end.code, status.UNAUTHENTICATED);
          assert.equal(readAuthFailure(end)?.reason, 'TOKEN_INVALID');
          stays.stream.write('again');
          await eventually(() => stays.got() === 2, 'the other continues');
          stays.stream.end();
          assert.equal((await stays.ended).status.code, status.OK);
          client.close();
        },
      );
    });
  });

  it('still has its principal, by the authenticator that outlives every reload', async () => {
    await withConfig(HS256_CONFIG, async ({ auth, write }) => {
      const said: string[] = [];
      const say = (call: AnyCall): string => {
        const { subject, authenticator } = getPrincipal(call, auth.authenticator);
        said.push(`${subject ?? ''} by ${authenticator}`);
        return 'yes';
      };
      await withHandler(auth.interceptor, { handle: answering(say) }, async ({ address }) => {
        const client = new OpenClient(address);
        const authorization = bearer(await token());
        const old = client.open('bidi', { authorization });
        await eventually(() => old.got() === 1, 'it is answered before the reload');
        await write({ ...HS256_CONFIG, name: 'renamed' });
        await auth.reload();
        old.stream.write('again');
        await eventually(() => old.got() === 2, 'it is answered after the reload');
        const young = client.open('bidi', { authorization });
        await eventually(() => young.got() === 1, 'a new stream is answered');
        for (const { stream } of [old, young]) stream.end();
        assert.equal((await old.ended).status.code, status.OK);
        assert.equal((await young.ended).status.code, status.OK);
        client.close();
      });
      assert.deepEqual(said, ['alice by hs256', 'alice by hs256', 'alice by renamed']);
    });
  });
});
