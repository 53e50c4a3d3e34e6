import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { authenticated, confirmedBy } from '../src/policy/rules.ts';
import type { AuthenticationContext } from '../src/contract/authenticator.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { type Decided, Gate } from './support/gate.ts';
import { CallContext } from './support/call-context.ts';
import { ManualClock } from './support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';

const CREDENTIALS = { scheme: 'bearer', token: 'token' };
const principal = createPrincipal({ authenticator: 'stub', subject: 'alice' });

/** A gate whose authenticator asks for its signal and then waits for the test. */
function waitingGate(timeoutMs = 10_000) {
  const clock = new ManualClock();
  const verdict = new OpenVerdict();
  const context = new CallContext();
  let signal: AbortSignal | undefined;
  const authenticator = stubAuthenticator((_credentials, attempt) => {
    signal = attempt.signal;
    return verdict.promise;
  });
  const gate = new Gate({ authenticator, timeoutMs }, clock);
  const decide = (): Promise<Decided> =>
    Promise.resolve(gate.decide(authenticated(), CREDENTIALS, context));
  return { clock, verdict, context, decide, signal: () => signal as AbortSignal };
}

function decideAtOnce(answer: (context: AuthenticationContext) => unknown, context: CallContext) {
  const authenticator = stubAuthenticator((_credentials, attempt) => answer(attempt));
  return new Gate({ authenticator }, new ManualClock()).decide(
    authenticated(),
    CREDENTIALS,
    context,
  );
}

describe('the signal of a call that is answered at once', () => {
  it('is never created', () => {
    const context = new CallContext();
    const controllers = vi.spyOn(globalThis, 'AbortController');
    expect(decideAtOnce(() => principal, context)).toBe(principal);
    expect(controllers).not.toHaveBeenCalled();
    controllers.mockRestore();
  });

  it('is one and the same, however often it is asked for', () => {
    const context = new CallContext();
    void decideAtOnce((attempt) => {
      expect(attempt.signal).toBe(attempt.signal);
      return principal;
    }, context);
  });
});

describe('the signal of a call that is waited for', () => {
  it('is aborted when the call ends, and so ends the wait', async () => {
    const { verdict, context, decide, signal, clock } = waitingGate();
    const decided = decide();
    expect(signal().aborted).toBe(false);
    context.cancel();
    expect(signal().aborted).toBe(true);
    expect(signal().reason).toBeInstanceOf(Error);
    verdict.resolve(principal);
    await expect(decided).resolves.toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(clock.waiting).toBe(0);
  });

  it('is aborted when the time limit is over', async () => {
    const { clock, decide, signal } = waitingGate(250);
    const decided = decide();
    clock.advance(249);
    expect(signal().aborted).toBe(false);
    clock.advance(1);
    expect(signal().aborted).toBe(true);
    expect(signal().reason).toBeInstanceOf(Error);
    await expect(decided).resolves.toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });

  it.each<readonly [string, (verdict: OpenVerdict) => void]>([
    ['accepts', (verdict) => verdict.resolve(principal)],
    ['refuses', (verdict) => verdict.resolve(new AuthError('invalid_token', 'claim'))],
    ['fails', (verdict) => verdict.reject(new Error('x'))],
  ])('is let go of, unaborted, when the authenticator %s', async (_how, settle) => {
    const { verdict, context, decide, signal, clock } = waitingGate();
    const decided = decide();
    settle(verdict);
    await decided;
    expect(getEventListeners(signal(), 'abort')).toEqual([]);
    clock.advance(60_000);
    context.cancel();
    expect(signal().aborted).toBe(false);
  });

  it('ends the wait though the authenticator never asked for it', async () => {
    const context = new CallContext();
    const decided = decideAtOnce(() => new OpenVerdict().promise, context);
    context.cancel();
    await expect(decided).resolves.toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });
});

describe('a call that ends while its caller is verified', () => {
  it('is not confirmed by another authenticator any more', async () => {
    const verdict = new OpenVerdict();
    const context = new CallContext();
    const confirming = vi.fn(async () => principal);
    const gate = new Gate({ authenticator: stubAuthenticator(() => verdict.promise) });
    const rule = confirmedBy(stubAuthenticator(confirming, { name: 'confirming' }));
    const decided = gate.decide(rule, CREDENTIALS, context);
    context.cancel();
    verdict.resolve(principal);
    await decided;
    await new Promise((resolve) => void setImmediate(resolve));
    expect(confirming).not.toHaveBeenCalled();
  });
});

describe('the context of a call', () => {
  it('shows what the transport knows', () => {
    const context = new CallContext('192.0.2.7:1', '/a.B/C', 'a.example');
    void decideAtOnce((attempt) => {
      expect(attempt.method).toBe('/a.B/C');
      expect(attempt.authority).toBe('a.example');
      expect(attempt.peer).toBe(context.peer);
      return principal;
    }, context);
    expect.assertions(3);
  });

  it('does not fail where the transport knows neither peer nor authority', async () => {
    const gate = new Gate({ authenticator: stubAuthenticator(async () => principal) });
    expect(await gate.decide(authenticated(), CREDENTIALS, { method: '/a.B/C' })).toBe(principal);
  });
});
