import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { CALL_KINDS } from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const good = await token();

/** Possible values of the field, and whether they are accepted. */
const CASES: readonly (readonly [string, string, boolean])[] = [
  ['two values joined by a comma', `Bearer ${good}, Bearer ${good}`, false],
  ['the scheme in upper case', `BEARER ${good}`, true],
  ['the scheme in mixed case', `bEaReR ${good}`, true],
  ['a second space', `Bearer  ${good}`, true],
  ['an inner space', `Bearer ${good} x`, false],
  ['no token after the scheme', 'Bearer', false],
  ['another scheme', `Basic ${good}`, false],
  ['the bare token', good, false],
  ['a token of 60 KiB', `Bearer ${'a'.repeat(60 * 1024)}`, false],
  ['thousands of dots', `Bearer ${'.'.repeat(8000)}`, false],
  ['five parts', `Bearer ${good}.e30.e30`, false],
  ['a padded signature', `Bearer ${good}=`, false],
];

describe('the authorization field', () => {
  for (const [what, authorization, passes] of CASES) {
    it(`with ${what} ${passes ? 'passes' : 'is refused'} on every kind of call`, async () => {
      await withEcho({ authenticator: hs256() }, async ({ server, client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, { authorization });
          assert.equal(end.code, passes ? status.OK : status.UNAUTHENTICATED);
        }
        assert.equal(server.seen.handlers, passes ? CALL_KINDS.length : 0);
        if (!passes) assert.equal(server.seen.messages, 0);
      });
    });
  }

  it('does not deserialize the 1 MB message of a rejected call', async () => {
    await withEcho({ authenticator: hs256() }, async ({ server, client }) => {
      for (const kind of CALL_KINDS) {
        const end = await client.call(kind, { message: 'x'.repeat(1_000_000) });
        assert.equal(end.code, status.UNAUTHENTICATED);
      }
      assert.deepEqual(server.seen, { messages: 0, handlers: 0 });
      const authorization = `Bearer ${good}`;
      await client.call('unary', { authorization, message: 'x'.repeat(1_000_000) });
      assert.equal(server.seen.messages, 1, 'a good call is deserialized, so the counter works');
    });
  });
});
