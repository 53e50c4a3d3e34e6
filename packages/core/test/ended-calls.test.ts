import { describe, expect, it, vi } from 'vitest';
import type { AuthenticatorEvent } from '../src/contract/authenticator.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import type { Decision } from '../src/guard/decision.ts';
import { createCallGuard } from '../src/guard/create-call-guard.ts';
import { caller } from './support/asked-rule.ts';
import { BareCall } from './support/bare-call.ts';
import { ManualClock } from './support/manual-clock.ts';
import { metadataWith } from './support/metadata-field.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';

const good = () => metadataWith('authorization', 'Bearer token');
const EVERYTHING = ['metadata', 'message', 'read', 'status 0'];

/** A call of a caller whose token ends in a minute, on a clock that stands, and a way to revoke it. */
function passed(kind: 'unary' | 'bidi' = 'bidi') {
  const clock = new ManualClock();
  let revoke = (): void => undefined;
  const principal = caller({ expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 });
  const authenticator = stubAuthenticator(() => principal, {
    subscribe: (listener: (event: AuthenticatorEvent) => void) => {
      revoke = () => listener({ type: 'revoked', matches: () => true });
      return () => undefined;
    },
  });
  const call = new BareCall({ authenticator, clock, streams: { graceSeconds: 0 } }, kind);
  call.receiveMetadata(good());
  return { call, clock, revoke };
}

describe('an accepted call', () => {
  it('passes messages in both directions', () => {
    const { call } = passed();
    call.receiveMessage();
    call.receiveHalfClose();
    call.sendEverything();
    expect(call.inbound).toEqual(['metadata', 'message', 'half-close']);
    expect(call.outbound).toEqual(EVERYTHING);
  });

  it('notifies the sender of each message, also of two at a time', () => {
    const { call } = passed();
    const sent: string[] = [];
    for (const message of ['a', 'b']) call.guarded.sendMessage(message, () => sent.push(message));
    for (const onSent of call.onSent.splice(0).toReversed()) onSent();
    expect(sent).toEqual(['b', 'a']);
    call.guarded.sendMessage('c', () => sent.push('c'));
    for (const onSent of call.onSent) onSent();
    expect(sent).toEqual(['b', 'a', 'c']);
  });

  it('notifies its handler once of its end, however it ends', () => {
    const { call } = passed();
    call.receiveCancel();
    call.receiveCancel();
    expect(call.inbound).toEqual(['metadata', 'cancel']);
    expect(call.outbound).toEqual([]);
  });
});

describe.each<readonly [string, (open: ReturnType<typeof passed>) => void]>([
  ['whose token ends', ({ clock }) => clock.advance(60_000)],
  ['that is revoked', ({ revoke }) => revoke()],
])('a call %s', (_what, end) => {
  it('gets one status, and its handler is notified once, immediately', () => {
    const open = passed();
    end(open);
    expect(open.call.outbound).toEqual(['status 16']);
    expect(open.call.inbound).toEqual(['metadata', 'cancel']);
    // grpc-js reports it later, too.
    open.call.receiveCancel();
    end(open);
    expect(open.call.outbound).toEqual(['status 16']);
    expect(open.call.inbound).toEqual(['metadata', 'cancel']);
  });

  it('does not notify the sender of a message any more: its buffer is released', () => {
    const open = passed();
    let sent = 0;
    open.call.guarded.sendMessage('message', () => (sent += 1));
    end(open);
    for (const onSent of open.call.onSent) onSent();
    expect(sent).toBe(0);
  });

  it('passes nothing on any more, in either direction: a write after the end would hang the client', () => {
    const open = passed();
    end(open);
    open.call.sendEverything();
    open.call.receiveMessage();
    open.call.receiveHalfClose();
    expect(open.call.outbound).toEqual(['status 16']);
    expect(open.call.inbound).toEqual(['metadata', 'cancel']);
  });

  it('leaves no timer behind', () => {
    const open = passed();
    expect(open.clock.waiting).toBe(1);
    end(open);
    expect(open.clock.waiting).toBe(0);
  });
});

describe('a unary call', () => {
  it('can be revoked, and has no timer', () => {
    const { call, clock, revoke } = passed('unary');
    expect(clock.waiting).toBe(0);
    revoke();
    expect(call.outbound).toEqual(['status 16']);
    expect(call.inbound).toEqual(['metadata', 'cancel']);
  });
});

describe('a call that is refused', () => {
  it('reaches no handler, whatever its client sends on, and is recorded once', () => {
    const refusal = new AuthError('invalid_token', 'signature');
    const outcomes: string[] = [];
    const onDecision = ({ outcome }: Decision): void => void outcomes.push(outcome);
    const authenticator = stubAuthenticator(() => refusal);
    const call = new BareCall({ authenticator, onDecision });
    call.receiveMetadata(good());
    call.receiveMessage();
    call.receiveHalfClose();
    call.sendEverything();
    expect(call.inbound).toEqual([]);
    expect(call.outbound).toEqual(['status 16']);
    expect(outcomes).toEqual(['refused']);
  });
});

describe('a call that is cancelled while it is being decided', () => {
  it('gets neither a status nor a handler when the verdict comes', async () => {
    for (const answer of [caller(), new AuthError('invalid_token', 'signature')]) {
      const verdict = new OpenVerdict();
      const clock = new ManualClock();
      const call = new BareCall({ authenticator: stubAuthenticator(() => verdict.promise), clock });
      call.receiveMetadata(good());
      call.receiveCancel();
      verdict.resolve(answer);
      await new Promise(setImmediate);
      expect(call.inbound).toEqual(['cancel']);
      expect(call.outbound).toEqual([]);
      expect(clock.waiting).toBe(0);
    }
  });
});

describe('a call that is over before its metadata come, since an interceptor before ours held them', () => {
  it('is verified by nobody, and reaches no handler', () => {
    let asked = 0;
    const authenticator = stubAuthenticator(() => {
      asked += 1;
      return caller();
    });
    const call = new BareCall({ authenticator });
    call.receiveCancel();
    call.receiveMetadata(good());
    expect(asked).toBe(0);
    expect(call.inbound).toEqual(['cancel']);
    expect(call.outbound).toEqual([]);
  });
});

describe('a call whose clock fires a timer that was cancelled', () => {
  it('ends once all the same', () => {
    const timers: (() => void)[] = [];
    const careless = {
      nowMs: () => nowMs,
      setTimer: (_ms: number, fire: () => void) => {
        timers.push(fire);
        return () => undefined;
      },
    };
    let nowMs = 1_700_000_000_000;
    const outcomes: string[] = [];
    const principal = caller({ expiresAtEpochSeconds: nowMs / 1000 + 60 });
    const call = new BareCall({
      authenticator: stubAuthenticator(() => principal),
      clock: careless,
      streams: { graceSeconds: 0 },
      onDecision: ({ outcome }) => void outcomes.push(outcome),
    });
    call.receiveMetadata(good());
    call.receiveCancel();
    nowMs += 3_600_000;
    expect(timers).toHaveLength(1);
    for (const fire of timers) fire();
    expect(outcomes).toEqual(['allowed']);
    expect(call.inbound).toEqual(['metadata', 'cancel']);
    expect(call.outbound).toEqual([]);
  });
});

describe('a revocation', () => {
  const revocation = (subject: string): AuthenticatorEvent => ({
    type: 'revoked',
    matches: (principal) => principal.subject === subject,
  });

  it.each([
    ['alice', ['status 16'], []],
    ['bob', [], ['metadata']],
  ])('of %s while alice is being verified counts for alice alone', async (who, sent, heard) => {
    let tell = (_event: AuthenticatorEvent): void => undefined;
    const verdict = new OpenVerdict();
    const authenticator = stubAuthenticator(() => verdict.promise, {
      subscribe: (listener) => {
        tell = listener;
        return () => undefined;
      },
    });
    const call = new BareCall({ authenticator, clock: new ManualClock() });
    call.receiveMetadata(good());
    tell(revocation(who));
    verdict.resolve(caller());
    await new Promise(setImmediate);
    expect(call.outbound).toEqual(sent);
    expect(call.inbound).toEqual(heard);
  });

  it('ends every call that it matches, whatever the handler of one of them throws', () => {
    const thrown: unknown[] = [];
    vi.stubGlobal('queueMicrotask', (later: () => void) => {
      try {
        later();
      } catch (fault) {
        thrown.push(fault);
      }
    });
    try {
      let emit = (_event: AuthenticatorEvent): void => undefined;
      const authenticator = stubAuthenticator(() => caller(), {
        subscribe: (listener) => {
          emit = listener;
          return () => undefined;
        },
      });
      const guard = createCallGuard({ authenticator, clock: new ManualClock() });
      const fault = new Error('a bug in a handler');
      const ended: number[] = [];
      for (const number of [1, 2, 3]) {
        void guard.begin({
          method: '/a.B/C',
          streaming: true,
          credentials: { scheme: 'bearer', token: 'token' },
          end: () => {
            ended.push(number);
            throw fault;
          },
        });
      }
      emit(revocation('alice'));
      expect(ended).toEqual([1, 2, 3]);
      // It is reported, as it would be without us.
      expect(thrown).toEqual([fault, fault, fault]);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
