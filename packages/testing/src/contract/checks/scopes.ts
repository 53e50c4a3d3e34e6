import assert from 'node:assert/strict';
import { principalOf } from '../ask.ts';
import type { ContractCheck } from '../check.ts';

export const SCOPE_CHECKS: readonly ContractCheck[] = [
  {
    name: 'lists the scopes of a principal one by one',
    having: 'scopes',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      const { scopes } = principal;
      assert.ok(scopes.length > 0, 'the good token has scopes, but its principal has none');
      // A scope contains no space (RFC 6749, section 3.3).
      assert.ok(
        !scopes.some((scope) => scope === '' || scope.includes(' ')),
        'the scopes are not split at spaces',
      );
    },
  },
  {
    name: 'lists no scopes, because it does not declare any',
    lacking: 'scopes',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      assert.deepEqual(principal?.scopes ?? [], [], 'declare "scopes"');
    },
  },
];
