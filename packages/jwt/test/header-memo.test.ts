import { AuthError } from '@grpc-authn/core/authenticator';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import * as ProtectedHeaders from '../src/compact/protected-header.ts';
import { HeaderMemo } from '../src/compact/header-memo.ts';
import { importKeySet, type KeySet } from '../src/index.ts';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  claims,
  context,
  createTestAuthenticator,
  header,
  key,
  keySetOf,
  type TestOptions,
  token,
} from './support/test-authenticator.ts';

vi.mock('../src/compact/protected-header.ts', { spy: true });

/** An authenticator, and whether it had to parse the header of this token. */
function createWatched(options: TestOptions = {}) {
  const authenticator = createTestAuthenticator(options);
  const parse = vi.mocked(ProtectedHeaders.parseProtectedHeader);
  return async (jwt: string): Promise<{ readonly decided: string; readonly parsed: boolean }> => {
    parse.mockClear();
    const verdict = await authenticator.authenticate({ scheme: 'bearer', token: jwt }, context);
    const decided = AuthError.is(verdict) ? verdict.reason : 'accepted';
    return { decided, parsed: parse.mock.calls.length > 0 };
  };
}

describe('the header of a token', () => {
  it('that was accepted is not parsed again', async () => {
    const ask = createWatched();
    expect(await ask(token())).toEqual({ decided: 'accepted', parsed: true });
    expect(await ask(token({ sub: 'bob' }))).toEqual({ decided: 'accepted', parsed: false });
  });

  it.each([
    ['signature', () => signJws(createSigningKey('EdDSA', 'main'), header(), claims())],
    ['expired', () => token({ exp: 1 })],
    ['audience', () => token({ aud: 'x' })],
    ['unknown_key', () => token({}, { kid: 'other' })],
  ])('that was refused (%s) is parsed again', async (reason, make) => {
    const ask = createWatched();
    for (let round = 0; round < 2; round += 1) {
      expect(await ask(make())).toEqual({ decided: reason, parsed: true });
    }
  });

  it('that the schema refused is parsed again', async () => {
    const validate = (): object => ({ issues: [] });
    const ask = createWatched({
      claims: { '~standard': { version: 1, vendor: 'test', validate } } as never,
    });
    for (let round = 0; round < 2; round += 1) {
      expect(await ask(token())).toEqual({ decided: 'claim', parsed: true });
    }
  });

  it('that was accepted caches no key: the current keys are used', async () => {
    const state: { keys: KeySet } = { keys: keySetOf(key) };
    const ask = createWatched({ keys: () => state.keys });
    expect((await ask(token())).decided).toBe('accepted');
    state.keys = importKeySet({ keys: [] });
    expect(await ask(token())).toEqual({ decided: 'unknown_key', parsed: false });
    state.keys = keySetOf(createSigningKey('EdDSA', 'main'));
    expect(await ask(token())).toEqual({ decided: 'signature', parsed: false });
  });

  it('that one authenticator accepted is parsed by another', async () => {
    expect((await createWatched()(token())).parsed).toBe(true);
    expect((await createWatched()(token())).parsed).toBe(true);
  });

  it('is still checked by the rules', async () => {
    const ask = createWatched();
    await ask(token());
    expect(await ask(token({ iss: 'x' }))).toEqual({ decided: 'issuer', parsed: false });
  });

  it('stays cached during a flood of forged tokens', async () => {
    const ask = createWatched();
    await ask(token());
    for (let forged = 0; forged < 50; forged += 1) await ask(token({}, { kid: `kid ${forged}` }));
    expect((await ask(token())).parsed).toBe(false);
  });
});

describe('HeaderMemo', () => {
  const fields = { algorithm: 'EdDSA', kid: 'main', typ: undefined };

  it('stores only algorithm, kid and typ', () => {
    const memo = new HeaderMemo();
    memo.store('segment', { ...fields, members: { jwk: {} }, key: 'secret' } as never);
    expect(memo.find('segment')).toStrictEqual(fields);
    expect(Object.isFrozen(memo.find('segment'))).toBe(true);
  });

  it('stores eight headers, and the newest replaces the oldest', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 40 }), (segments) => {
        const memo = new HeaderMemo();
        for (const segment of segments)
          memo.store(Buffer.from(segment).toString('base64url'), fields);
        expect(memo.size).toBe(Math.min(8, segments.length));
        for (const [index, segment] of segments.entries()) {
          const kept = memo.find(Buffer.from(segment).toString('base64url')) !== undefined;
          expect(kept).toBe(index >= segments.length - 8);
        }
      }),
    );
  });

  it('stores a header once', () => {
    const memo = new HeaderMemo();
    for (let round = 0; round < 20; round += 1) memo.store('segment', fields);
    expect(memo.size).toBe(1);
  });

  it('does not match a segment that differs in one character', () => {
    const memo = new HeaderMemo();
    memo.store('segment', fields);
    for (const other of ['', 'segmenT', 'segment ', ' segment', 'segmen']) {
      expect(memo.find(other)).toBeUndefined();
    }
  });
});
