import assert from 'node:assert/strict';
import type { Authenticator } from '@grpc-authn/core/authenticator';
import { isPromiseLike } from '@grpc-authn/core/internal';
import { contextWith, credentialsOf, principalOf } from '../ask.ts';
import type { Law } from '../law.ts';

export const CACHE_LAWS: readonly Law[] = [
  {
    name: 'keeps its principals: asked again, it gives the same one',
    having: 'caches',
    async holds(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const first = await principalOf(authenticator, token);
      assert.ok((await principalOf(authenticator, token)) === first, 'it verified anew');
    },
  },
  {
    name: 'gives what it keeps at once, without a promise',
    having: 'caches',
    async holds(create) {
      const { authenticator, good } = await create();
      const token = await good();
      if ((await principalOf(authenticator, token)) === undefined) return;
      assert.ok(await answersAtOnce(authenticator, token), 'a promise costs every call');
    },
  },
  {
    name: 'verifies a token once for all who ask at one time',
    having: 'caches',
    async holds(create) {
      const other = await create();
      // What answers at once has nothing under way that could be shared.
      if (await answersAtOnce(other.authenticator, await other.good())) return;
      const { authenticator, good } = await create();
      const token = await good();
      const asked = [1, 2, 3].map(() => principalOf(authenticator, token));
      const [first, ...others] = await Promise.all(asked);
      const same = others.every((principal) => principal === first);
      assert.ok(same, 'it verified one token twice at the same time');
    },
  },
  {
    name: 'keeps nothing: asked again, it verifies anew, as it does not declare a cache',
    lacking: 'caches',
    async holds(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const first = await principalOf(authenticator, token);
      if (first === undefined) return;
      const second = await principalOf(authenticator, token);
      assert.ok(second !== first, 'declare "caches", or make each principal anew');
    },
  },
];

async function answersAtOnce(
  authenticator: Authenticator<object>,
  token: string,
): Promise<boolean> {
  try {
    const credentials = credentialsOf(authenticator, token);
    const verdict: unknown = authenticator.authenticate(credentials, contextWith());
    if (!isPromiseLike(verdict)) return true;
    await verdict;
    return false;
  } catch {
    // Another law tells of that.
    return true;
  }
}
