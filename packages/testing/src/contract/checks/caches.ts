import type { Authenticator } from '@grpc-authn/core/authenticator';
import { isPromiseLike } from '@grpc-authn/core/internal';
import { contextWith, credentialsOf, principalOf } from '../ask.ts';
import type { ContractCheck } from '../check.ts';
import type { CreateInstance } from '../instance.ts';
import { type ClockLeap, withClockLeap } from '../../watch/clock-leap.ts';
import { assertThat, failCheck } from '../expected.ts';

export const CACHE_CHECKS: readonly ContractCheck[] = [
  {
    name: 'caches principals: a second call gets the same one',
    having: 'caches',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const first = await principalOf(authenticator, token);
      assertThat(
        (await principalOf(authenticator, token)) === first,
        'the cached principal',
        'a new one',
        'If it has no cache, remove "caches".',
      );
    },
  },
  {
    name: 'returns a cached principal synchronously',
    having: 'caches',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      if ((await principalOf(authenticator, token)) === undefined) return;
      assertThat(
        await isSynchronous(authenticator, token),
        'the cached principal itself',
        'a promise',
        'Look into the cache before the first await.',
      );
    },
  },
  {
    name: 'verifies a token once for concurrent calls',
    having: 'caches',
    async run(create) {
      const other = await create();
      // A synchronous authenticator has no pending verification to share.
      if (await isSynchronous(other.authenticator, await other.good())) return;
      const { authenticator, good } = await create();
      const token = await good();
      const asked = [1, 2, 3].map(() => principalOf(authenticator, token));
      const [first, ...others] = await Promise.all(asked);
      const same = others.every((principal) => principal === first);
      assertThat(
        same,
        'one verification for three concurrent calls with one token',
        'several',
        'Share the pending verification of a token.',
      );
    },
  },
  {
    name: 'caches no principal longer when the clock is set back',
    having: 'caches',
    async run(create) {
      // Without an age limit, or with a clock of its own, the leap shows nothing.
      const forward = { wallMs: DAY_MS, monotonicMs: DAY_MS };
      const back = { wallMs: -HOUR_MS, monotonicMs: DAY_MS };
      if ((await cachesAfter(create, forward)) || !(await cachesAfter(create, back))) return;
      failCheck(
        'a new verification a day later, with a clock that was set back an hour',
        'the cached principal',
        'Count the age of an entry by performance.now(), too.',
      );
    },
  },
  {
    name: 'caches nothing, because it does not declare a cache',
    lacking: 'caches',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const first = await principalOf(authenticator, token);
      if (first === undefined) return;
      const second = await principalOf(authenticator, token);
      assertThat(
        second !== first,
        'a new principal for each call',
        'the same one twice',
        'Create a principal for each call, or declare "caches".',
      );
    },
  },
];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** True if a principal comes from the cache after the clocks have changed. */
async function cachesAfter(create: CreateInstance, leap: ClockLeap): Promise<boolean> {
  const { authenticator, good } = await create();
  const token = await good();
  const first = await principalOf(authenticator, token);
  // A cache answers synchronously, so the clocks need not stay changed.
  const asked = withClockLeap(leap, () => principalOf(authenticator, token));
  return first !== undefined && (await asked) === first;
}

async function isSynchronous(
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
    // Another check fails then.
    return true;
  }
}
