import { AuthError, type Verdict } from '@grpc-authn/core/authenticator';
import { isPrincipal } from '@grpc-authn/core/internal';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator, readJwtOptions } from '../src/internal.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import type { SignatureEngine } from '../src/signature/signature-engine.ts';
import { VerificationScheduler } from '../src/signature/verification-scheduler.ts';
import { createFakeEventLoop } from './support/event-loop.ts';
import { AUDIENCE, ISSUER, key, NOW_SECONDS, token } from './support/test-authenticator.ts';

/** Milliseconds that decoding a token takes on the fake event loop. */
const DECODING_MS = 0.64;
/** The third starts within the budget of 1.4 ms. */
const TOKENS_PER_TURN = 3;

/** The authenticator reads its clock once for each token that it has decoded. */
function createSubject({ signatureMs = 0 } = {}) {
  const eventLoop = createFakeEventLoop();
  let decoded = 0;
  let nowSeconds = NOW_SECONDS;
  const clock = {
    nowMs: (): number => {
      decoded += 1;
      eventLoop.work(DECODING_MS);
      return nowSeconds * 1000;
    },
    setTimer: () => () => undefined,
  };
  const engine: SignatureEngine = {
    prepare: () => () => {
      eventLoop.work(signatureMs);
      return true;
    },
  };
  const keys = importKeySetWith([engine], { keys: [key.jwk] });
  const authenticator = new JwtAuthenticator(
    readJwtOptions({ issuer: ISSUER, audience: AUDIENCE, clock }, { name: 'test' }),
    { keys: () => keys },
    new VerificationScheduler(eventLoop, 0),
  );
  const ask = (
    jwt: string,
    signal = new AbortController().signal,
  ): Verdict<object> | Promise<Verdict<object>> =>
    authenticator.authenticate({ scheme: 'bearer', token: jwt }, { method: '/a.B/C', signal });
  const burst = (count: number) => Array.from({ length: count }, () => ask(token()));
  return {
    ...eventLoop,
    ask,
    burst,
    decoded: () => decoded,
    advanceSeconds: (seconds: number) => void (nowSeconds += seconds),
  };
}

describe('a burst of new tokens', () => {
  it('is decoded within the budget of each turn, and the rest waits undecoded', async () => {
    const { burst, decoded, turn, runAll } = createSubject();
    const verdicts = burst(100);
    expect(decoded()).toBe(TOKENS_PER_TURN);
    expect(verdicts.filter((verdict) => isPrincipal(verdict))).toHaveLength(TOKENS_PER_TURN);
    turn();
    expect(decoded()).toBe(2 * TOKENS_PER_TURN);
    runAll();
    expect(decoded()).toBe(100);
    for (const verdict of verdicts) expect(isPrincipal(await verdict)).toBe(true);
  });

  it('spends the budget on decoding and on signatures together', () => {
    const { burst, decoded, turn } = createSubject({ signatureMs: DECODING_MS });
    void burst(100);
    // The second one starts at 0.4 ms.
    expect(decoded()).toBe(2);
    turn();
    expect(decoded()).toBe(4);
  });
});

describe('a token that needs no key to be refused', () => {
  it.each([
    ['expired', token({ exp: 1 })],
    ['issuer', token({ iss: 'https://x.example' })],
    ['not_a_compact_jws', 'abc'],
  ])('is refused at once while the budget lasts, else in its turn: %s', async (reason, jwt) => {
    const { ask, burst, runAll } = createSubject();
    expect(ask(jwt)).toMatchObject({ reason });
    void burst(TOKENS_PER_TURN);
    const later = ask(jwt);
    expect(later).toBeInstanceOf(Promise);
    runAll();
    expect(await later).toMatchObject({ reason });
  });
});

describe('a token that waits to be decoded', () => {
  it('is never decoded if its call ends meanwhile', async () => {
    const { ask, burst, decoded, runAll } = createSubject();
    void burst(TOKENS_PER_TURN);
    const controller = new AbortController();
    const verdict = ask(token(), controller.signal);
    controller.abort();
    runAll();
    expect(await verdict).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(decoded()).toBe(TOKENS_PER_TURN);
  });

  it('is checked by the time of its turn: one that expires meanwhile is refused', async () => {
    const { ask, burst, runAll, advanceSeconds } = createSubject();
    void burst(TOKENS_PER_TURN);
    const verdict = ask(token({ exp: NOW_SECONDS + 10 }));
    advanceSeconds(60);
    runAll();
    const late = await verdict;
    expect(AuthError.is(late) && late.reason).toBe('expired');
  });
});
