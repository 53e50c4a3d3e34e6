import { describe, expect, it, vi } from 'vitest';
import { GateContext } from '../src/gate/gate-context.ts';
import { PendingLimit } from '../src/gate/pending-limit.ts';
import { waitFor } from '../src/gate/wait.ts';
import { CallContext } from './support/call-context.ts';
import { ManualClock } from './support/manual-clock.ts';
import { OpenVerdict } from './support/stub-authenticator.ts';

function createWait(context = new CallContext()) {
  const clock = new ManualClock();
  const verdict = new OpenVerdict();
  const onSettled = vi.fn();
  const limit = { clock, timeoutMs: 1000, onSettled };
  const attempt = new GateContext(context);
  const decided = waitFor<unknown>(
    verdict.promise,
    attempt,
    limit,
    (answer) => answer,
    (thrown) => thrown,
  );
  return { clock, verdict, onSettled, decided };
}

describe('a call that waits for its verdict', () => {
  it('gives its place up once, though the verdict comes after the time limit', async () => {
    const { clock, verdict, onSettled, decided } = createWait();
    clock.advance(1000);
    expect(await decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    verdict.resolve('late');
    await new Promise((resolve) => void setImmediate(resolve));
    expect(onSettled).toHaveBeenCalledOnce();
  });

  it('and was left before it could wait is over at once', () => {
    const context = new CallContext();
    context.cancel();
    const { clock, onSettled } = createWait(context);
    expect(onSettled).toHaveBeenCalledOnce();
    expect(clock.waiting).toBe(0);
  });
});

describe('a peer of whom nobody waits', () => {
  it('is remembered no longer', () => {
    const forgotten = vi.spyOn(Map.prototype, 'delete');
    const limit = new PendingLimit();
    limit.enter('192.0.2.1:50000');
    limit.enter('192.0.2.1:50000');
    limit.leave('192.0.2.1:50000');
    expect(forgotten).not.toHaveBeenCalled();
    limit.leave('192.0.2.1:50000');
    expect(forgotten).toHaveBeenCalledExactlyOnceWith('192.0.2.1:50000');
    forgotten.mockRestore();
  });
});
