import { describe, expect, it, vi } from 'vitest';
import type { AuthenticatorEvent } from '../../src/contract/authenticator.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import { addPlaceForState } from '../../src/guard/call-states.ts';
import type { Decision } from '../../src/guard/decision.ts';
import type { BindingOptions } from '../../src/guard/guard-options.ts';
import type { TransportCall } from '../../src/gate/transport-call.ts';
import { definePolicy } from '../../src/policy/define-policy.ts';
import { publicMethod } from '../../src/policy/rules.ts';
import { caller } from '../support/asked-rule.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from '../support/stub-authenticator.ts';

const CREDENTIALS = { scheme: 'bearer', token: 'token' };

function callOf(init: Partial<TransportCall> = {}) {
  const end = vi.fn<(refusal: AuthError) => void>();
  const call: TransportCall = {
    method: '/orders.v1.Orders/Get',
    streaming: true,
    credentials: CREDENTIALS,
    end,
    ...init,
  };
  return { call, end };
}

/** A guard on a manual clock, its records, and a way to emit events of its authenticator. */
function createGuard(
  answer: () => unknown = () => caller(),
  options: Partial<BindingOptions> = {},
) {
  const clock = new ManualClock();
  let emit = (_event: AuthenticatorEvent): void => undefined;
  const authenticator = stubAuthenticator(answer, {
    subscribe: (listener) => {
      emit = listener;
      return () => undefined;
    },
  });
  const decisions: Decision[] = [];
  const onDecision = (decision: Decision): void => void decisions.push(decision);
  const guard = createCallGuard({ authenticator, clock, onDecision, ...options });
  const revoke = (): void => emit({ type: 'revoked', matches: () => true });
  return { guard, clock, decisions, revoke };
}

const outcomesOf = (decisions: readonly Decision[]) => decisions.map(({ outcome }) => outcome);

describe('begin()', () => {
  it('is synchronous if the verdict needs no waiting', () => {
    const { guard } = createGuard();
    expect(guard.begin(callOf().call)).toMatchObject({
      allowed: true,
      principal: { subject: 'alice' },
      refusal: undefined,
      wouldRefuse: undefined,
    });
  });

  it('sets a refusal exactly if the call is not allowed', async () => {
    const refusal = new AuthError('invalid_token', 'signature');
    for (const answer of [() => refusal, async () => refusal]) {
      expect(await createGuard(answer).guard.begin(callOf().call)).toMatchObject({
        allowed: false,
        principal: undefined,
        refusal,
      });
    }
  });

  it('refuses, and never throws, if a binding is at fault', () => {
    const { guard } = createGuard();
    const raise = (): never => {
      throw new Error('boom');
    };
    const broken = [
      Object.defineProperty({ ...callOf().call }, 'credentials', { get: raise }),
      Object.defineProperty({ ...callOf().call }, 'method', { get: raise }),
      { ...callOf().call, credentials: null },
      { ...callOf().call, credentials: { scheme: 'bearer' } },
      null,
      undefined,
      5,
    ];
    for (const call of broken) {
      expect(guard.begin(call as never)).toMatchObject({
        allowed: false,
        refusal: { code: 'internal' },
      });
    }
  });

  it('refuses a second begin() of one call', () => {
    const { guard } = createGuard();
    const { call } = callOf();
    void guard.begin(call);
    expect(guard.begin(call)).toMatchObject({ allowed: false, refusal: { code: 'internal' } });
  });

  it('does not read the credentials of a public method, says so, and records nothing', () => {
    const policy = definePolicy({ rules: { 'orders.v1.Orders/*': publicMethod() } });
    const { guard, decisions } = createGuard(undefined, { policy });
    const credentials = vi.fn(() => CREDENTIALS);
    const { call } = callOf();
    Object.defineProperty(call, 'credentials', { get: credentials });
    expect(guard.begin(call)).toMatchObject({ allowed: true, principal: undefined, public: true });
    guard.finish(call);
    expect(credentials).not.toHaveBeenCalled();
    expect(decisions).toEqual([]);
  });
});

describe('finish()', () => {
  it('is idempotent, and no call is ended after it', () => {
    const { guard, clock, decisions, revoke } = createGuard(() =>
      caller({ expiresAtEpochSeconds: 1_700_000_060 }),
    );
    const { call, end } = callOf();
    void guard.begin(call);
    expect(clock.waiting).toBe(1);
    guard.finish(call);
    guard.finish(call, 'server');
    expect(clock.waiting).toBe(0);
    revoke();
    clock.advance(1_000_000);
    expect(end).not.toHaveBeenCalled();
    expect(outcomesOf(decisions)).toEqual(['allowed']);
  });

  it('ends the wait of a call whose caller has disconnected, and records it once', async () => {
    const verdict = new OpenVerdict();
    const { guard, clock, decisions } = createGuard(() => verdict.promise);
    const { call } = callOf();
    const outcome = guard.begin(call);
    guard.finish(call);
    guard.finish(call);
    expect(await outcome).toMatchObject({ allowed: false, refusal: { reason: 'timeout' } });
    expect(clock.waiting).toBe(0);
    verdict.resolve(caller());
    await Promise.resolve();
    expect(decisions).toMatchObject([{ outcome: 'cancelled', cancelledBy: 'client' }]);
  });

  it('of a call that was never begun does nothing', () => {
    const { guard, decisions } = createGuard();
    guard.finish(callOf().call);
    expect(decisions).toEqual([]);
  });

  it.each([
    ['client', 1000, 979, undefined],
    ['deadline', 1000, 980, undefined],
    ['deadline', 1000, 1500, undefined],
    ['client', undefined, 1500, undefined],
    ['server', 1000, 10, 'server'],
    ['client', 1000, 1000, 'client'],
  ] as const)(
    'says that the %s cancelled it: deadline %s, after %s, by %s',
    async (who, deadlineMs, afterMs, by) => {
      const { guard, clock, decisions } = createGuard(() => new OpenVerdict().promise, {
        timeoutMs: 600_000,
      });
      const init = deadlineMs === undefined ? {} : { deadlineEpochMs: clock.nowMs() + deadlineMs };
      const { call } = callOf(init);
      // The time limit must not end the call before the test does.
      vi.spyOn(clock, 'setTimer').mockReturnValue(() => undefined);
      const stopped = createGuardedWait(guard.begin(call));
      clock.advance(afterMs);
      guard.finish(call, by);
      await stopped;
      expect(decisions).toMatchObject([{ outcome: 'cancelled', cancelledBy: who }]);
    },
  );
});

async function createGuardedWait(outcome: unknown): Promise<void> {
  await outcome;
}

describe('end()', () => {
  it('is called once, whatever ends the call first', () => {
    const expiry = { expiresAtEpochSeconds: 1_700_000_060 };
    const revoked = createGuard(() => caller(expiry));
    const first = callOf();
    void revoked.guard.begin(first.call);
    revoked.revoke();
    revoked.revoke();
    revoked.clock.advance(1_000_000);
    expect(first.end).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'invalid_token', reason: 'revoked' }),
    );
    expect(outcomesOf(revoked.decisions)).toEqual(['allowed', 'revoked']);
    const [allowed, ended] = revoked.decisions;
    expect(allowed?.callId).toBe(ended?.callId);

    const expired = createGuard(() => caller(expiry));
    const second = callOf();
    void expired.guard.begin(second.call);
    expired.clock.advance(65_000);
    expired.revoke();
    expect(second.end).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ reason: 'expired', tokenExpired: true }),
    );
  });

  it('and the outcome refuse a call that is revoked as its decision is recorded', () => {
    const { call, end } = callOf();
    const guarded = createGuard(undefined, { onDecision: () => guarded.revoke() });
    expect(guarded.guard.begin(call)).toMatchObject({
      allowed: false,
      refusal: { reason: 'revoked' },
    });
    expect(end).toHaveBeenCalledOnce();
  });

  it('is not called for a unary call whose token expires', () => {
    const { guard, clock } = createGuard(() => caller({ expiresAtEpochSeconds: 1_700_000_060 }));
    const { call, end } = callOf({ streaming: false });
    void guard.begin(call);
    clock.advance(1_000_000);
    expect(end).not.toHaveBeenCalled();
  });
});

describe('a record', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('names the authenticator, the peer and the trace', () => {
    const { guard, decisions } = createGuard(() => caller({ authenticator: 'inner' }));
    void guard.begin(callOf({ traceparent, peer: { address: '192.0.2.1:5' } }).call);
    expect(decisions).toMatchObject([
      { outcome: 'allowed', authenticator: 'inner', peer: '192.0.2.1:5', traceparent },
    ]);
  });

  it('escapes control characters in each text of the caller, and only there', () => {
    const forged = 'alice\nallowed by bob\u001b[2K\u007f\u0085\u2028';
    const escaped = String.raw`alice\u000aallowed by bob\u001b[2K\u007f\u0085\u2028`;
    const texts = { subject: forged, issuer: forged, clientId: forged, tokenId: forged };
    const { guard, decisions } = createGuard(() =>
      caller({ ...texts, sessionId: forged, acr: forged, audience: [forged], scopes: [forged] }),
    );
    const outcome = guard.begin(callOf().call);
    expect(decisions[0]?.principal).toMatchObject({
      subject: escaped,
      issuer: escaped,
      clientId: escaped,
      tokenId: escaped,
      sessionId: escaped,
      acr: escaped,
      audience: [escaped],
      scopes: [escaped],
    });
    expect(outcome).toMatchObject({ principal: { subject: forged, scopes: [forged] } });
  });

  it('shows a caller without control characters as it was verified', () => {
    const principal = caller({ subject: String.raw`ACME\zoë 😀`, scopes: ['a b'] });
    const { guard, decisions } = createGuard(() => principal);
    void guard.begin(callOf().call);
    expect(decisions[0]?.principal).toBe(principal);
  });

  it('is one line as JSON, whatever the claims hold', () => {
    const claims = { sub: 'alice\nallowed /orders.v1.Orders/Delete by bob\u001b[2K' };
    const { guard, decisions } = createGuard(() => caller({ claims }));
    void guard.begin(callOf().call);
    const line = JSON.stringify(decisions[0]);
    expect(Buffer.from(line).every((byte) => byte >= 0x20)).toBe(true);
    expect(line).toContain(String.raw`alice\nallowed`);
  });

  it('names the authenticator of the server if it refused, and none if none was asked', () => {
    const { guard, decisions } = createGuard(() => new AuthError('invalid_token', 'signature'));
    void guard.begin(callOf().call);
    void guard.begin(callOf({ credentials: undefined }).call);
    expect(decisions.map(({ authenticator }) => authenticator)).toEqual(['stub', undefined]);
  });

  it.each(['', 'x', `${traceparent}\n`, traceparent.toUpperCase(), `${traceparent}-x`, 5])(
    'holds no trace that is not well-formed: %j',
    (value) => {
      const { guard, decisions } = createGuard();
      void guard.begin(callOf({ traceparent: value as string }).call);
      expect(decisions[0]?.traceparent).toBeUndefined();
    },
  );
});

describe('credentialsFrom()', () => {
  it('reads the configured header', () => {
    const { guard } = createGuard(undefined, { credentials: { header: 'x-token', bare: true } });
    const seen: string[] = [];
    const header = (name: string): string => {
      seen.push(name);
      return 'a.b.c';
    };
    expect(guard.credentialsFrom(header)).toEqual({ scheme: 'bearer', token: 'a.b.c' });
    expect(seen).toEqual(['x-token']);
    expect(guard.credentialsFrom(() => undefined)).toBeUndefined();
  });

  it('refuses a list of values, and a transport that throws', () => {
    const { guard } = createGuard();
    expect(guard.credentialsFrom(() => ['Bearer a', 'Bearer b'] as never)).toMatchObject({
      reason: 'multiple',
    });
    const raise = (): never => {
      throw new Error('boom');
    };
    expect(guard.credentialsFrom(raise)).toMatchObject({ code: 'internal' });
  });
});

describe('two guards on one server', () => {
  function openCall() {
    const opened = callOf();
    addPlaceForState(opened.call);
    return opened;
  }

  it('never end or forget a call of the other', () => {
    const [first, second] = [createGuard(), createGuard()];
    const [ofFirst, ofSecond] = [openCall(), openCall()];
    void first.guard.begin(ofFirst.call);
    void second.guard.begin(ofSecond.call);
    first.guard.finish(ofSecond.call);
    second.guard.finish(ofFirst.call);
    first.revoke();
    expect(ofFirst.end).toHaveBeenCalledOnce();
    expect(ofSecond.end).not.toHaveBeenCalled();
    second.revoke();
    expect(ofSecond.end).toHaveBeenCalledOnce();
  });

  it('may both decide one call', () => {
    const [first, second] = [createGuard(), createGuard()];
    const { call, end } = openCall();
    expect(first.guard.begin(call)).toMatchObject({ allowed: true });
    expect(second.guard.begin(call)).toMatchObject({ allowed: true });
    second.revoke();
    expect(end).toHaveBeenCalledOnce();
  });
});
