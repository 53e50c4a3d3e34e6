import {
  AuthError,
  type AuthEvent,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { onTestFinished, vi } from 'vitest';
import { createJwksAuthenticator } from '../../src/index.ts';
import { type CountedClock, createCountedClock } from './counted-clock.ts';
import { AUDIENCE, ISSUER } from './signer.ts';

type Options = Parameters<typeof createJwksAuthenticator>[0];

export interface Subject {
  readonly authenticator: ManagedAuthenticator;
  readonly clock: CountedClock;
  /** What it reported, oldest first. */
  readonly events: readonly AuthEvent[];
  /** Its verdict: 'accepted', or code/reason. */
  readonly decide: (token: string, signal?: AbortSignal) => Promise<string>;
  readonly verdict: (token: string, signal?: AbortSignal) => Promise<Verdict>;
  /** Resolves once it has reported so many events of the type, the whole time over. */
  readonly reported: (type: string, times: number) => Promise<void>;
}

/** On a fake clock; closed when the test is over. */
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
    decide: async (token, signal) => wordsFor(await verdict(token, signal)),
    reported: (type, times) =>
      eventually(() => events.filter((event) => event.type === type).length === times),
  };
}

export function wordsFor(verdict: Verdict): string {
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : 'accepted';
}

/** Real sockets take real time, which the fake clock knows nothing of. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await isSo())) throw new Error('it never came so');
    },
    { interval: 2, timeout: 3000 },
  );
}

/** Real sockets have had their chance: for what must not happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
