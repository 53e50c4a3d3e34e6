import assert from 'node:assert/strict';
import type { Case } from '../case.ts';
import { echo } from '../handlers.ts';
import { Names } from '../names.ts';

export const ADMISSIONS: readonly Case[] = [
  {
    name: 'the principal reaches the handler, the token does not',
    async run({ start, kinds }) {
      for (const answer of ['immediately', 'later'] as const) {
        const authenticator = new Names({ answer });
        const { client } = await start({ auth: { authenticator }, handle: echo });
        for (const kind of kinds) {
          const { code, messages } = await client.open(kind, { token: 'alice' }).ended;
          assert.deepEqual([code, messages], [0, ['alice, no token, hello']], kind);
        }
      }
    },
  },
  {
    name: 'public methods and anonymous callers',
    kinds: ['unary'],
    async run({ start }) {
      const { client } = await start({ auth: { authenticator: new Names() }, handle: echo });
      const said = async (method: 'public' | 'anonymous', token?: string): Promise<unknown> =>
        (await client.open(method, token === undefined ? {} : { token }).ended).messages;
      assert.deepEqual(await said('public'), ['nobody, no token, hello']);
      assert.deepEqual(await said('public', 'bad'), ['nobody, no token, hello']);
      assert.deepEqual(await said('anonymous'), ['nobody, no token, hello']);
      assert.deepEqual(await said('anonymous', 'alice'), ['alice, no token, hello']);
    },
  },
  {
    name: 'interceptors of the user around ours',
    async run({ start, kinds }) {
      const auth = { authenticator: new Names() };
      const { client, seen } = await start({ auth, handle: echo, interceptors: 'around' });
      for (const kind of kinds) {
        const { messages } = await client.open(kind, { token: 'alice' }).ended;
        assert.deepEqual(messages, ['alice, no token, hello'], kind);
        const { code, failure } = await client.open(kind, { token: 'bad' }).ended;
        assert.deepEqual([code, failure?.reason], [16, 'TOKEN_INVALID'], kind);
      }
      assert.equal(seen.handlerStarts, kinds.length);
    },
  },
  {
    // The first removes the credentials, so the second finds none.
    name: 'two interceptors of ours',
    async run({ start, kinds }) {
      const auth = { authenticator: new Names() };
      const { client, seen } = await start({ auth, handle: echo, interceptors: 'twice' });
      for (const kind of kinds) {
        const { code, failure, messages } = await client.open(kind, { token: 'alice' }).ended;
        assert.deepEqual([code, failure?.reason, messages], [16, 'TOKEN_MISSING', []], kind);
      }
      assert.deepEqual(seen.counts, { handlerStarts: 0, parsedMessages: 0, aborted: 0 });
    },
  },
];
