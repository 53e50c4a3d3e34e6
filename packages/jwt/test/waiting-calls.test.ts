import { setImmediate } from 'node:timers/promises';
import { cached, createCallGuard, type GateOutcome } from '@grpc-authn/core/authenticator';
import { createFakeClock } from '@grpc-authn/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JwtAuthenticator, readJwtOptions } from '../src/internal.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import type { SignatureEngine } from '../src/signature/signature-engine.ts';
import { VerificationScheduler } from '../src/signature/verification-scheduler.ts';
import { createFakeEventLoop, SIGNATURE_MS, SIGNATURES_PER_TURN } from './support/event-loop.ts';
import { AUDIENCE, ISSUER, key, NOW_SECONDS, token } from './support/test-authenticator.ts';

/** A guard over a real authenticator, with more calls than one turn verifies. */
function createSubject(waiting: number, caches = false) {
  const eventLoop = createFakeEventLoop();
  const clock = createFakeClock(NOW_SECONDS * 1000);
  let verified = 0;
  const engine: SignatureEngine = {
    prepare: () => () => {
      eventLoop.work(SIGNATURE_MS);
      verified += 1;
      return true;
    },
  };
  const keys = importKeySetWith([engine], { keys: [key.jwk] });
  const jwt = new JwtAuthenticator(
    readJwtOptions({ issuer: ISSUER, audience: AUDIENCE, clock }, { name: 'test' }),
    { keys: () => keys },
    new VerificationScheduler(eventLoop, 0),
  );
  const authenticator = caches ? cached(jwt, { clock }) : jwt;
  const guard = createCallGuard({ authenticator, clock, timeoutMs: 1000 });
  const calls = Array.from({ length: SIGNATURES_PER_TURN + waiting }, (_, index) => ({
    method: '/a.B/C',
    streaming: false,
    credentials: { scheme: 'bearer', token: token({ jti: String(index) }) },
    peer: { address: `192.0.2.1:${index}` },
    end: () => undefined,
  }));
  const controllers = vi.spyOn(globalThis, 'AbortController');
  const listeners = vi.spyOn(EventTarget.prototype, 'addEventListener');
  const outcomes = calls.map((call) => guard.begin(call));
  const waits = outcomes.filter((outcome) => outcome instanceof Promise);
  expect(waits).toHaveLength(waiting);
  const settle = async (): Promise<readonly GateOutcome[]> => {
    do await setImmediate();
    while (eventLoop.turn());
    return Promise.all(outcomes.map(async (outcome) => outcome));
  };
  return { calls, clock, controllers, guard, listeners, settle, verified: () => verified };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ['a guard', false],
  ['a guard with a cache', true],
])('calls of %s that wait for their signature check', (_what, caches) => {
  it('have neither an AbortController nor a listener of their own', async () => {
    const { controllers, listeners, settle, verified } = createSubject(100, caches);
    const outcomes = await settle();
    expect(outcomes.every(({ allowed }) => allowed)).toBe(true);
    expect(verified()).toBe(SIGNATURES_PER_TURN + 100);
    expect(controllers).not.toHaveBeenCalled();
    expect(listeners).not.toHaveBeenCalled();
  });

  it('are not verified if they have ended meanwhile', async () => {
    const { calls, guard, settle, verified } = createSubject(100, caches);
    for (const call of calls.slice(SIGNATURES_PER_TURN, -1)) guard.finish(call);
    const outcomes = await settle();
    expect(verified()).toBe(SIGNATURES_PER_TURN + 1);
    expect(outcomes.filter(({ refusal }) => refusal?.reason === 'timeout')).toHaveLength(99);
  });

  it('are not verified after their time limit', async () => {
    const { clock, settle, verified } = createSubject(100, caches);
    await clock.advance(1000);
    const outcomes = await settle();
    expect(verified()).toBe(SIGNATURES_PER_TURN);
    expect(outcomes.filter(({ refusal }) => refusal?.reason === 'timeout')).toHaveLength(100);
  });
});
