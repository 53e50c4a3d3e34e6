import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { AuthenticationContext } from '../../src/contract/authenticator.ts';
import { AuthError } from '../../src/errors/auth-error.ts';
import { CallContext } from '../support/call-context.ts';
import { createCached, principalFor } from '../support/counted-authenticator.ts';
import { OpenVerdict } from '../support/stub-authenticator.ts';
import { unhandledRejectionsDuring } from '../support/unhandled-rejections.ts';

/** A cache whose verifications wait for the test, one verdict after the other. */
function createWaiting() {
  const verdicts: OpenVerdict[] = [];
  const shared: AuthenticationContext[] = [];
  const subject = createCached({}, (_credentials, _clock, context) => {
    const verdict = new OpenVerdict();
    verdicts.push(verdict);
    shared.push(context);
    return verdict.promise;
  });
  const principal = principalFor({ scheme: 'bearer', token: 't' }, subject.clock);
  const join = (count: number) => {
    const contexts = Array.from({ length: count }, () => new CallContext());
    return { contexts, answers: contexts.map((context) => subject.ask('t', { context })) };
  };
  return { ...subject, verdicts, shared, principal, join };
}

describe('a caller who had left before it asked', () => {
  it('waits for nothing, and has what nobody else waits for stopped', async () => {
    const { ask, shared } = createWaiting();
    const context = new CallContext();
    context.cancel();
    const answer = ask('t', { context });
    expect(shared[0]?.signal.aborted).toBe(true);
    expect(await answer).toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });
});

describe('callers with one token at one time', () => {
  it('share one verification, and its principal', async () => {
    const { join, inner, verdicts, principal } = createWaiting();
    const { answers } = join(1000);
    verdicts[0]?.resolve(principal);
    expect(new Set(await Promise.all(answers))).toEqual(new Set([principal]));
    expect(inner.asked).toHaveLength(1);
  });

  it('share its refusal too', async () => {
    const { join, inner, verdicts } = createWaiting();
    const refusal = new AuthError('unavailable', 'provider', { retryAfterMs: 5 });
    const { answers } = join(100);
    verdicts[0]?.resolve(refusal);
    for (const answer of await Promise.all(answers)) expect(answer).toBe(refusal);
    expect(inner.asked).toHaveLength(1);
  });

  it('all hear of its failure, which is not kept', async () => {
    const failure = new Error('a bug');
    const { join, ask, inner, verdicts } = createWaiting();
    const { answers } = join(100);
    verdicts[0]?.reject(failure);
    for (const result of await Promise.allSettled(answers)) {
      expect(result).toEqual({ status: 'rejected', reason: failure });
    }
    void ask('t');
    expect(inner.asked).toHaveLength(2);
  });

  it('do not join those with another token or another scheme', () => {
    const { ask, inner } = createWaiting();
    void ask('t');
    void ask('u');
    void ask('t', { scheme: 'dpop' });
    expect(inner.asked).toHaveLength(3);
  });

  it('join also where the authenticator answers with a promise of its own make', async () => {
    const verdict = new OpenVerdict();
    const { ask, inner, clock } = createCached({}, () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
      then: verdict.promise.then.bind(verdict.promise),
    }));
    const answers = [ask('t'), ask('t')];
    const principal = principalFor({ scheme: 'bearer', token: 't' }, clock);
    verdict.resolve(principal);
    expect(await Promise.all(answers)).toEqual([principal, principal]);
    expect(inner.asked).toHaveLength(1);
    expect(ask('t')).toBe(principal);
  });

  it('each hear at once what the authenticator throws at once', () => {
    const failure = new Error('a bug');
    const { ask, inner } = createCached({}, () => {
      throw failure;
    });
    expect(() => ask('t')).toThrow(failure);
    expect(() => ask('t')).toThrow(failure);
    expect(inner.asked).toHaveLength(2);
  });
});

describe('a caller who leaves', () => {
  it('is let go of at once, though it was the first; the other 99 succeed', async () => {
    const { join, verdicts, shared, principal, inner } = createWaiting();
    const { contexts, answers } = join(100);
    const { signal } = shared[0]!;
    contexts[0]?.cancel();
    await expect(answers[0]).resolves.toMatchObject({ code: 'unavailable', reason: 'timeout' });
    expect(signal.aborted).toBe(false);
    verdicts[0]?.resolve(principal);
    const others = await Promise.all(answers.slice(1));
    expect(others).toHaveLength(99);
    for (const answer of others) expect(answer).toBe(principal);
    expect(inner.asked).toHaveLength(1);
  });

  it('aborts the verification if it was the last', () => {
    const { join, shared } = createWaiting();
    const { contexts } = join(3);
    const { signal } = shared[0]!;
    contexts[2]?.cancel();
    contexts[0]?.cancel();
    expect(signal.aborted).toBe(false);
    contexts[1]?.cancel();
    expect(signal.aborted).toBe(true);
  });

  it('aborts it also for an authenticator that asks for its signal later', () => {
    const { join, shared } = createWaiting();
    join(1).contexts[0]?.cancel();
    expect(shared[0]?.signal.aborted).toBe(true);
  });

  it('is joined by nobody in a verification that was aborted', async () => {
    const { join, ask, inner, verdicts, principal } = createWaiting();
    join(1).contexts[0]?.cancel();
    const next = ask('t');
    expect(inner.asked).toHaveLength(2);
    verdicts[0]?.reject(new Error('aborted'));
    verdicts[1]?.resolve(principal);
    expect(await next).toBe(principal);
  });

  it('before the answer waits for nothing, and takes nobody with it', async () => {
    const { ask, shared, verdicts, principal } = createWaiting();
    const stays = ask('t');
    const context = new CallContext();
    context.cancel();
    await expect(ask('t', { context })).resolves.toMatchObject({ reason: 'timeout' });
    expect(shared[0]?.signal.aborted).toBe(false);
    verdicts[0]?.resolve(principal);
    expect(await stays).toBe(principal);
  });

  it('leaves no rejection behind that nobody hears of', async () => {
    const { join, verdicts } = createWaiting();
    const unhandled = await unhandledRejectionsDuring(async () => {
      const { contexts, answers } = join(3);
      for (const context of contexts) context.cancel();
      await Promise.all(answers);
      verdicts[0]?.reject(new Error('aborted'));
    });
    expect(unhandled).toEqual([]);
  });

  it('or stays, has no listener on its signal afterwards', async () => {
    const { join, verdicts, principal } = createWaiting();
    const { contexts, answers } = join(3);
    contexts[1]?.cancel();
    verdicts[0]?.resolve(principal);
    await Promise.all(answers);
    expect(contexts.map(({ signal }) => getEventListeners(signal, 'abort').length)).toEqual([
      0, 0, 0,
    ]);
  });
});
