import { describe, expect, it, vi } from 'vitest';
import { isDeadline, timeLimitOf } from '../../src/gate/time-limit.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import { authenticated } from '../../src/policy/rules.ts';
import { caller, CREDENTIALS } from '../support/asked-rule.ts';
import { Gate } from '../support/gate.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from '../support/stub-authenticator.ts';

const NOW_MS = 1_700_000_000_000;

describe('the time limit of a decision (rule 45)', () => {
  it.each([
    ['none', undefined, 10_000],
    ['infinite', Number.POSITIVE_INFINITY, 10_000],
    ['far away', 60_000, 10_000],
    ['a margin of 250 ms', 5000, 4750],
    ['a margin of a tenth', 1000, 900],
    ['20 ms', 20, 18],
    ['19 ms', 19, undefined],
    ['passed', -1, undefined],
    ['not a number', Number.NaN, undefined],
  ])('with a deadline that is %s', (_what, remainingMs, expected) => {
    const deadlineMs = remainingMs === undefined ? undefined : NOW_MS + remainingMs;
    expect(timeLimitOf(10_000, deadlineMs, NOW_MS)).toBe(expected);
  });

  it('counts a call as ended by its deadline from 20 ms before it', () => {
    expect(isDeadline(NOW_MS, NOW_MS - 21)).toBe(false);
    expect(isDeadline(NOW_MS, NOW_MS - 20)).toBe(true);
    expect(isDeadline(undefined, NOW_MS)).toBe(false);
  });

  it('ends the wait before the deadline, as an outage', async () => {
    const clock = new ManualClock();
    const authenticator = stubAuthenticator(() => new OpenVerdict().promise);
    const gate = new Gate({ authenticator }, clock);
    const call = { method: '/a.B/C', deadlineEpochMs: clock.nowMs() + 1000 };
    const decided = gate.decide(authenticated(), CREDENTIALS, call);
    clock.advance(899);
    expect(clock.waiting).toBe(1);
    clock.advance(1);
    expect(await decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });

  it('records the outage as one that nobody cancelled, also if the caller leaves at its deadline', async () => {
    const clock = new ManualClock();
    const onDecision = vi.fn();
    const authenticator = stubAuthenticator(() => new OpenVerdict().promise);
    const guard = createCallGuard({ authenticator, clock, onDecision });
    const call = {
      method: '/a.B/C',
      streaming: false,
      credentials: CREDENTIALS,
      deadlineEpochMs: clock.nowMs() + 2000,
      end: () => undefined,
    };
    const outcome = guard.begin(call);
    clock.advance(1800);
    const { refusal } = await outcome;
    expect(refusal).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    // 200 ms are left, less than the default delay: a retry would report the deadline instead.
    expect(guard.describe(refusal!, call, 'admission').retryPushbackMs).toBe(-1);
    clock.advance(200);
    guard.finish(call);
    expect(onDecision.mock.calls).toMatchObject([
      [{ outcome: 'refused', error: refusal, cancelledBy: undefined, durationMs: 1800 }],
    ]);
  });

  it('refuses at once a call that would have to wait with less than 20 ms left, and no other', () => {
    const clock = new ManualClock();
    const deadlineEpochMs = clock.nowMs() + 10;
    const waiting = new Gate(
      { authenticator: stubAuthenticator(() => new OpenVerdict().promise) },
      clock,
    );
    expect(
      waiting.decide(authenticated(), CREDENTIALS, { method: '/a.B/C', deadlineEpochMs }),
    ).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    const principal = caller();
    const warm = new Gate({ authenticator: stubAuthenticator(() => principal) }, clock);
    expect(warm.decide(authenticated(), CREDENTIALS, { method: '/a.B/C', deadlineEpochMs })).toBe(
      principal,
    );
  });
});
