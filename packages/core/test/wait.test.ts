import { describe, expect, it, vi } from 'vitest';
import { GateContext } from '../src/gate/gate-context.ts';
import { readLimits } from '../src/gate/gate-limits.ts';
import { waitFor } from '../src/gate/wait.ts';
import { ManualClock } from './support/manual-clock.ts';
import { OpenVerdict } from './support/stub-authenticator.ts';

function createWait(aborted = false) {
  const clock = new ManualClock();
  const verdict = new OpenVerdict();
  const onSettled = vi.fn();
  const call = { method: '/a.B/C', streaming: false, credentials: undefined, end: () => undefined };
  const context = new GateContext(call, readLimits());
  if (aborted) context.abort(new Error('the call has ended'));
  const decided = waitFor<unknown>(verdict.promise, context, {
    clock,
    timeLimitMs: 1000,
    onSettled,
    conclude: (answer) => answer,
    faultOf: (thrown) => thrown,
    onAbort: (refusal) => refusal,
  });
  return { clock, verdict, onSettled, decided };
}

describe('a call that waits for its verdict', () => {
  it('frees its place once, though the verdict comes after the time limit', async () => {
    const { clock, verdict, onSettled, decided } = createWait();
    clock.advance(1000);
    expect(await decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    verdict.resolve('late');
    await new Promise((resolve) => void setImmediate(resolve));
    expect(onSettled).toHaveBeenCalledOnce();
  });

  it('that ended before it could wait is settled at once', () => {
    const { clock, onSettled } = createWait(true);
    expect(onSettled).toHaveBeenCalledOnce();
    expect(clock.waiting).toBe(0);
  });
});
