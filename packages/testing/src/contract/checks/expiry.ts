import { principalOf } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import { assertThat } from '../expected.ts';

export const EXPIRY_CHECKS: readonly ContractCheck[] = [
  {
    name: 'sets an expiry that is after the verification',
    having: 'expires',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      if (principal === undefined) return;
      const { expiresAtEpochSeconds = 0, verifiedAtEpochSeconds } = principal;
      assertThat(
        expiresAtEpochSeconds > verifiedAtEpochSeconds,
        'an expiry after the verification',
        principal.expiresAtEpochSeconds === undefined ? 'none' : 'an earlier one',
        'Set expiresAtEpochSeconds, and refuse what has expired.',
      );
    },
  },
  {
    name: 'sets no expiry, because it does not declare that principals expire',
    lacking: 'expires',
    async run(create) {
      const { authenticator, good } = await create();
      const principal = await principalOf(authenticator, await good());
      assertThat(
        principal?.expiresAtEpochSeconds === undefined,
        'no expiry',
        'one',
        'Declare "expires".',
      );
    },
  },
];
