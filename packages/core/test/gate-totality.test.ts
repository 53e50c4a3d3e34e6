import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { authenticated } from '../src/policy/rules.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { AuthError } from '../src/errors/auth-error.ts';
import { type Decided, Gate } from './support/gate.ts';
import { CallContext } from './support/call-context.ts';
import { ManualClock } from './support/manual-clock.ts';
import { OpenVerdict, stubAuthenticator } from './support/stub-authenticator.ts';
import { unhandledRejectionsDuring } from './support/unhandled-rejections.ts';

const CREDENTIALS = { scheme: 'bearer', token: 'token' };
const principal = createPrincipal({ authenticator: 'stub', subject: 'alice' });
const refusal = new AuthError('invalid_token', 'signature');

function decide(authenticate: () => unknown, clock = new ManualClock()) {
  const gate = new Gate({ authenticator: stubAuthenticator(authenticate) }, clock);
  return gate.decide(authenticated(), CREDENTIALS, new CallContext());
}

function throwing(thrown: unknown) {
  return () => {
    throw thrown;
  };
}

/** A promise-like that calls what it likes, once somebody listens. */
function thenable(calls: (fulfil: (v: unknown) => void, reject: (v: unknown) => void) => void) {
  return () => ({
    // oxlint-disable-next-line unicorn/no-thenable -- an authenticator may return any
    then: (fulfil: (v: unknown) => void, reject: (v: unknown) => void) =>
      queueMicrotask(() => calls(fulfil, reject)),
  });
}

describe('a good answer', () => {
  it('that is returned is the outcome, without a promise', () => {
    expect(decide(() => principal)).toBe(principal);
    expect(decide(() => refusal)).toBe(refusal);
  });

  it('that is promised is the outcome', async () => {
    await expect(decide(async () => principal)).resolves.toBe(principal);
    await expect(decide(async () => refusal)).resolves.toBe(refusal);
  });

  it('that is an AuthError means the same when it is thrown', async () => {
    expect(decide(throwing(refusal))).toBe(refusal);
    await expect(decide(() => Promise.reject(refusal))).resolves.toBe(refusal);
  });
});

describe('an answer that is none', () => {
  const answers: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['1', 1],
    ['a string', 'alice'],
    ['{}', {}],
    ['a list of a principal', [principal]],
    ['a forged principal', { ...principal }],
    ['an heir of a principal', Object.create(principal)],
    ['a Proxy of a principal', new Proxy(principal, {})],
    ['a forged principal with an expiry of NaN', { ...principal, expiresAtEpochSeconds: NaN }],
    ['an Error', new Error('nothing of ours')],
    ['a forged AuthError', Object.assign({}, refusal)],
    ['a function', () => principal],
  ];

  it.each(answers)('is internal, returned or promised: %s', async (_what, answer) => {
    expect(decide(() => answer)).toMatchObject({ code: 'internal', reason: 'bug' });
    await expect(decide(async () => answer)).resolves.toMatchObject({ code: 'internal' });
    await expect(decide(thenable((fulfil) => fulfil(answer)))).resolves.toMatchObject({
      code: 'internal',
    });
  });

  it('is internal, whatever a program can make up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true }), async (answer) => {
        for (const decided of [decide(() => answer), await decide(async () => answer)]) {
          expect(decided).toBeInstanceOf(AuthError);
          expect(decided).toMatchObject({ code: 'internal', reason: 'bug' });
        }
      }),
    );
  });
});

describe('a fault', () => {
  it.each([new TypeError('x'), 'a string', undefined, null, 0, { code: 'invalid_token' }])(
    'is internal and keeps its cause, thrown or rejected: %s',
    async (thrown) => {
      const unhandled = await unhandledRejectionsDuring(async () => {
        for (const decided of [
          decide(throwing(thrown)),
          await decide(() => Promise.reject(thrown)),
          await decide(thenable((_, reject) => reject(thrown))),
        ]) {
          expect(decided).toMatchObject({ code: 'internal', reason: 'bug' });
          expect(decided).toHaveProperty('cause', thrown);
        }
      });
      expect(unhandled).toEqual([]);
    },
  );

  it('is internal where even looking at the answer throws', () => {
    const trap = Object.defineProperty({}, 'then', { get: throwing(new Error('trap')) });
    expect(decide(() => trap)).toMatchObject({ code: 'internal' });
  });
});

describe('a verdict that settles more than once', () => {
  it.each<readonly [string, () => unknown]>([
    [
      'good, then bad',
      thenable((fulfil, reject) => {
        fulfil(refusal);
        reject(new Error('second'));
        fulfil(principal);
      }),
    ],
    [
      'bad, then good',
      thenable((fulfil, reject) => {
        reject(refusal);
        fulfil(principal);
      }),
    ],
  ])('counts once, and the first counts: %s', async (_order, authenticate) => {
    const seen: Decided[] = [];
    const unhandled = await unhandledRejectionsDuring(async () => {
      seen.push(await decide(authenticate));
    });
    expect(seen).toEqual([refusal]);
    expect(unhandled).toEqual([]);
  });
});

describe('a verdict that never settles', () => {
  it('is an outage when the time limit is over, and not a moment before', async () => {
    const clock = new ManualClock();
    const settled = vi.fn();
    const decided = Promise.resolve(decide(() => new OpenVerdict().promise, clock));
    const watched = decided.then(settled);
    clock.advance(9_999);
    await Promise.resolve();
    expect(settled).not.toHaveBeenCalled();
    clock.advance(1);
    await watched;
    await expect(decided).resolves.toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });

  it('leaves no timer behind when it settles after all', async () => {
    const clock = new ManualClock();
    const verdict = new OpenVerdict();
    const decided = decide(() => verdict.promise, clock);
    expect(clock.waiting).toBe(1);
    verdict.resolve(principal);
    await decided;
    expect(clock.waiting).toBe(0);
  });

  it('sets no timer for a synchronous answer', () => {
    const clock = new ManualClock();
    void decide(() => principal, clock);
    expect(clock.waiting).toBe(0);
  });

  it('changes nothing and reaches nobody when it rejects after the time limit', async () => {
    const clock = new ManualClock();
    const verdict = new OpenVerdict();
    const unhandled = await unhandledRejectionsDuring(async () => {
      const decided = decide(() => verdict.promise, clock);
      clock.advance(10_000);
      verdict.reject(new Error('late'));
      expect(await decided).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    });
    expect(unhandled).toEqual([]);
  });
});
