import { describe, expect, it, vi } from 'vitest';
import { AuthError } from '../src/errors/auth-error.ts';
import { GateContext } from '../src/gate/gate-context.ts';
import { readLimits } from '../src/gate/gate-limits.ts';
import { WaitingCalls } from '../src/gate/wait.ts';
import { authenticated } from '../src/policy/rules.ts';
import { CREDENTIALS } from './support/asked-rule.ts';
import { CallContext } from './support/call-context.ts';
import { Gate } from './support/gate.ts';
import { ManualClock } from './support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';

const call = { method: '/a.B/C', streaming: false, credentials: undefined, end: () => undefined };

const ONE_PLACE = readLimits({ maxWaiting: 1, maxWaitingPerPeer: 1 });

function createWait({ aborted = false, clock = new ManualClock() } = {}) {
  const context = new GateContext(call, ONE_PLACE);
  if (aborted) context.abort(new Error('the call has ended'));
  const calls = new WaitingCalls<unknown>(ONE_PLACE, clock);
  const add = (one = context) =>
    calls.add(
      { context: one, refuse: (refusal) => refusal, fail: (thrown) => thrown },
      1000,
      clock.nowMs(),
    );
  const another = () => add(new GateContext(call, ONE_PLACE));
  return { clock, context, waiting: add(), another };
}

describe('a call that waits for its verdict', () => {
  it('frees its place once, though the verdict comes after the time limit', async () => {
    const { clock, waiting, another } = createWait();
    expect(another()).toBeUndefined();
    clock.advance(1000);
    expect(await waiting?.decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    const next = another();
    waiting?.settle('late');
    expect(another()).toBeUndefined();
    next?.settle('good');
    expect(await next?.decided).toBe('good');
  });

  it('that ended before it could wait is settled at once', () => {
    const { clock, waiting } = createWait({ aborted: true });
    expect(waiting?.isSettled).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('is refused when the clock fails at the time limit, for there is none any more', async () => {
    const clock = new ManualClock();
    const fault = new Error('no time');
    const { context, waiting } = createWait({ clock });
    vi.spyOn(clock, 'nowMs').mockImplementation(() => {
      throw fault;
    });
    clock.advance(1000);
    expect(await waiting?.decided).toBe(fault);
    expect(context.aborted).toBe(true);
  });
});

describe('10,000 calls that wait', () => {
  it('have one timer, and neither an AbortController nor a listener of their own', async () => {
    const clock = new ManualClock();
    const setTimer = vi.spyOn(clock, 'setTimer');
    const controllers = vi.spyOn(globalThis, 'AbortController');
    const listeners = vi.spyOn(EventTarget.prototype, 'addEventListener');
    const verdicts: OpenVerdict[] = [];
    const authenticator = stubAuthenticator(() => {
      verdicts.push(new OpenVerdict());
      return verdicts.at(-1)?.promise;
    });
    const limits = { maxWaitingPerPeer: 10_000 };
    const gate = new Gate({ authenticator, limits }, clock);
    const contexts = Array.from({ length: 10_000 }, () => new CallContext());
    controllers.mockClear();
    const decided = contexts.map(async (context) =>
      gate.decide(authenticated(), CREDENTIALS, context),
    );
    expect(clock.waiting).toBe(1);
    expect(setTimer).toHaveBeenCalledOnce();
    for (const [index, verdict] of verdicts.entries()) {
      if (index % 2 === 0) verdict.resolve(new AuthError('invalid_token', 'inactive'));
    }
    await Promise.all(decided.filter((_, index) => index % 2 === 0));
    expect(clock.waiting).toBe(1);
    clock.advance(10_000);
    const reasons = (await Promise.all(decided)).map((answer) => (answer as AuthError).reason);
    expect(reasons.filter((reason) => reason === 'timeout')).toHaveLength(5000);
    expect(clock.waiting).toBe(0);
    expect(setTimer).toHaveBeenCalledOnce();
    expect(controllers).not.toHaveBeenCalled();
    expect(listeners).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
