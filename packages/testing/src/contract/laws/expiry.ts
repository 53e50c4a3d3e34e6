import assert from 'node:assert/strict';
import { principalOf } from '../ask.ts';
import type { Law } from '../law.ts';

export const EXPIRY_LAWS: readonly Law[] = [
  {
    name: 'says when a principal ends, and that is after it was verified',
    having: 'expires',
    async holds(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      const { expiresAtEpochSeconds = 0, verifiedAtEpochSeconds } = principal;
      assert.ok(expiresAtEpochSeconds > verifiedAtEpochSeconds, 'its end is past, or not told');
    },
  },
  {
    name: 'knows no end of its principals, as it does not declare that they expire',
    lacking: 'expires',
    async holds(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      assert.equal(principal?.expiresAtEpochSeconds, undefined, 'declare "expires"');
    },
  },
];
