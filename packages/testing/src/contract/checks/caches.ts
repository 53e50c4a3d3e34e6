import assert from 'node:assert/strict';
import type { Authenticator } from '@grpc-authn/core/authenticator';
import { isPromiseLike } from '@grpc-authn/core/internal';
import { contextWith, credentialsOf, principalOf } from '../ask.ts';
import type { ContractCheck, CreateInstance } from '../check.ts';
import { failCheck } from '../expected.ts';
import { type ClockLeap, withClockLeap } from '../../watch/clock-leap.ts';

export const CACHE_CHECKS: readonly ContractCheck[] = [
  {
    name: 'caches principals: a second call gets the same one',
    having: 'caches',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      const first = await principalOf(authenticator, token);
      assert.ok((await principalOf(authenticator, token)) === first, 'it verified the token again');
    },
  },
  {
    name: 'returns a cached principal synchronously',
    having: 'caches',
    async run(create) {
      const { authenticator, good } = await create();
      const token = await good();
      if ((await principalOf(authenticator, token)) === undefined) return;
      assert.ok(await isSynchronous(authenticator, token), 'it returned a promise');
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
      assert.ok(same, 'it verified one token twice concurrently');
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
      assert.ok(second !== first, 'declare "caches", or create a new principal for each call');
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
