import assert from 'node:assert/strict';
import { principalOf } from '../ask.ts';
import type { Law } from '../law.ts';

export const SCOPE_LAWS: readonly Law[] = [
  {
    name: 'tells the scopes of a principal, each a word of its own',
    having: 'scopes',
    async holds(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      const { scopes } = principal;
      assert.ok(scopes.length > 0, 'the good token has scopes, its principal none');
      // RFC 6749, section 3.3: a scope has no space, or it is several.
      assert.ok(!scopes.some((scope) => scope === '' || scope.includes(' ')), 'not split');
    },
  },
  {
    name: 'tells no scopes, as it does not declare any',
    lacking: 'scopes',
    async holds(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      assert.deepEqual(principal?.scopes ?? [], [], 'declare "scopes"');
    },
  },
];
