import {
  AuthError,
  type AuthEvent,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { onTestFinished } from 'vitest';
import { eventually, settle } from '../../../provider/test/support/waiting.ts';
import { createJwksAuthenticator } from '../../src/index.ts';
import { type CountedClock, createCountedClock } from './counted-clock.ts';
import { AUDIENCE, ISSUER } from './signer.ts';

type Options = Parameters<typeof createJwksAuthenticator>[0];

export interface Subject {
  readonly authenticator: ManagedAuthenticator;
  readonly clock: CountedClock;
  /** What it reported, oldest first. */
  readonly events: readonly AuthEvent[];
  /** 'accepted', or code/reason. */
  readonly decide: (token: string, signal?: AbortSignal) => Promise<string>;
  readonly verdict: (token: string, signal?: AbortSignal) => Promise<Verdict>;
  /** Resolves when it has reported this many events of the type since the start. */
  readonly reported: (type: string, times: number) => Promise<void>;
}

/** With a fake clock; closed when the test ends. */
export function createSubject(jwks: Options['jwks'], options: Partial<Options> = {}): Subject {
  const clock = createCountedClock();
  const events: AuthEvent[] = [];
  const authenticator = createJwksAuthenticator({
    jwks,
    issuer: ISSUER,
    audience: AUDIENCE,
    clock,
    ...options,
    report: (event) => {
      events.push(event);
      options.report?.(event);
    },
  });
  onTestFinished(() => authenticator.close());
  const verdict = async (
    token: string,
    signal = new AbortController().signal,
  ): Promise<Verdict> => {
    const context = { method: '/orders.v1.Orders/List', signal };
    return authenticator.authenticate({ scheme: 'bearer', token }, context);
  };
  return {
    authenticator,
    clock,
    events,
    verdict,
    decide: async (token, signal) => formatVerdict(await verdict(token, signal)),
    reported: (type, times) =>
      eventually(() => events.filter((event) => event.type === type).length === times),
  };
}

export function formatVerdict(verdict: Verdict): string {
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : 'accepted';
}

/**
 * Lets seconds pass until all are answered; returns how many. The tokens of a burst are decoded in several turns of
 * the event loop, and those that come after the second fetch wait for the refill.
 */
export async function secondsUntil(
  asked: readonly Promise<unknown>[],
  { clock }: Pick<Subject, 'clock'>,
): Promise<number> {
  let isOver = false;
  void Promise.all(asked).then(() => (isOver = true));
  let seconds = 0;
  for (;;) {
    await settle();
    if (isOver) return seconds;
    await clock.advance(1000);
    seconds += 1;
  }
}

export { eventually, settle };
