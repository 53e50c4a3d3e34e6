import assert from 'node:assert/strict';
import { principalOf } from '../ask.ts';
import type { ContractCheck } from '../check.ts';

export const EXPIRY_CHECKS: readonly ContractCheck[] = [
  {
    name: 'sets an expiry that is after the verification',
    having: 'expires',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      const { expiresAtEpochSeconds = 0, verifiedAtEpochSeconds } = principal;
      assert.ok(
        expiresAtEpochSeconds > verifiedAtEpochSeconds,
        'its expiry is not after the verification, or not set',
      );
    },
  },
  {
    name: 'sets no expiry, because it does not declare that principals expire',
    lacking: 'expires',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      assert.equal(principal?.expiresAtEpochSeconds, undefined, 'declare "expires"');
    },
  },
];
