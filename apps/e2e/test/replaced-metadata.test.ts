import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import {
  allowAnonymous,
  definePolicy,
  findPrincipal,
  getPrincipal,
  type AuthInterceptorOptions,
} from '@grpc-authn/core';
import { Accounts, bearer } from '../support/accounts.ts';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import {
  type AnyCall,
  answer,
  type HandlerOptions,
  withHandler,
} from '../support/handler-server.ts';
import { sendRawHeaders } from '../support/raw-frames.ts';

/** An interceptor that passes on a copy, like one that adds a field. */
const cloning: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) =>
      next(
        new ServerListenerBuilder()
          .withOnReceiveMetadata((metadata, pass) => pass(metadata.clone()))
          .build(),
      ),
  });

const policy = definePolicy({ rules: { 'echo.v1.Echo/*': allowAnonymous() } });

/** The caller that the handler sees, by both functions. */
async function learn(
  kind: CallKind,
  fields: { readonly authorization?: string; readonly metadata?: Metadata },
  around: Partial<HandlerOptions> = {},
  options: Partial<AuthInterceptorOptions> = {},
): Promise<readonly string[]> {
  const learned: string[] = [];
  const ask = (asked: () => { readonly subject: string | undefined } | undefined): void => {
    try {
      learned.push(asked()?.subject ?? 'anonymous');
    } catch (error) {
      learned.push((error as Error).message);
    }
  };
  const handle: HandlerOptions['handle'] = (which, call: AnyCall, respond) => {
    ask(() => getPrincipal(call));
    ask(() => findPrincipal(call));
    answer(which, call, respond);
  };
  const authenticator = new Accounts();
  await withHandler(
    { authenticator, policy, ...options },
    { handle, ...around },
    async (server) => {
      assert.equal((await server.client.call(kind, fields)).code, status.OK);
    },
  );
  return learned;
}

const UNSEEN = /^grpc-authn never saw this call/;

for (const kind of CALL_KINDS) {
  describe(`a later interceptor that clones the metadata of a ${kind} call`, () => {
    it('makes both functions throw, so that the caller does not look anonymous', async () => {
      for (const fields of [{ authorization: bearer('alice') }, {}]) {
        const [got, found] = await learn(kind, fields, { after: [cloning] });
        assert.match(got ?? '', UNSEEN);
        assert.match(found ?? '', UNSEEN);
      }
    });

    it('changes nothing where it runs earlier', async () => {
      const before = { before: [cloning] };
      assert.deepEqual(await learn(kind, { authorization: bearer('alice') }, before), [
        'alice',
        'alice',
      ]);
      const [got, found] = await learn(kind, {}, before);
      assert.match(got ?? '', /anonymous/);
      assert.equal(found, 'anonymous');
    });
  });

  describe(`a ${kind} client that sends our internal key`, () => {
    it('gains nothing', async () => {
      const metadata = new Metadata();
      const forged = JSON.stringify({ principal: { subject: 'mallory' }, root: {} });
      for (const name of [
        'grpc-authn',
        'grpc-authn/call-auth-info',
        'grpc-authn-mark',
        'principal',
        'mark',
      ]) {
        if (/^[a-z-]+$/.test(name)) metadata.set(name, forged);
      }
      metadata.set('mark-bin', Buffer.from(forged));
      const [got, found] = await learn(kind, { metadata });
      assert.match(got ?? '', /anonymous/);
      assert.equal(found, 'anonymous');
      // Nor without our interceptor, which would overwrite it.
      const [unseenGot, unseenFound] = await learn(kind, { metadata }, { after: [cloning] });
      assert.match(unseenGot ?? '', UNSEEN);
      assert.match(unseenFound ?? '', UNSEEN);
    });
  });
}

describe('a raw client that sends a field with the name of our internal key', () => {
  it('gains nothing: HTTP/2 does not allow the name', async () => {
    const learned: string[] = [];
    const handle: HandlerOptions['handle'] = (kind, call, respond) => {
      learned.push(findPrincipal(call)?.subject ?? 'anonymous');
      answer(kind, call, respond);
    };
    const authenticator = new Accounts();
    await withHandler({ authenticator, policy }, { handle }, async ({ port, client }) => {
      const fields = [['@grpc-authn/call-auth-info', 'mallory']] as const;
      const socket = sendRawHeaders(port, '/echo.v1.Echo/bidi', fields);
      // The server answers its preface, and resets the call or runs it without the field.
      await once(socket, 'data');
      await client.call('bidi');
      socket.destroy();
    });
    assert.ok(learned.length > 0);
    assert.deepEqual(new Set(learned), new Set(['anonymous']));
  });
});
