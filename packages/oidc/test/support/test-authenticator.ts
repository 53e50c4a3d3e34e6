import {
  AuthError,
  type AuthEvent,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import { onTestFinished, vi } from 'vitest';
import { createOidcAuthenticator, type OidcOptions } from '../../src/index.ts';
import { AUDIENCE } from './signer.ts';

export interface Subject {
  readonly authenticator: ManagedAuthenticator;
  readonly clock: FakeClock;
  readonly events: readonly AuthEvent[];
  /** Timers that were set, and neither fired nor cancelled. */
  readonly timers: () => number;
  /** Its verdict: 'accepted', or code/reason. */
  readonly decide: (token: string) => Promise<string>;
  readonly verdict: (token: string) => Promise<Verdict>;
  /** Resolves once it has reported so many events of the type, the whole time over. */
  readonly reported: (type: string, times: number) => Promise<void>;
}

/** On a fake clock; closed when the test is over. */
export function createSubject(issuer: string, options: Partial<OidcOptions> = {}): Subject {
  const fake = createFakeClock();
  const waiting = new Set<symbol>();
  const clock: FakeClock = {
    ...fake,
    setTimer(ms, fire) {
      const timer = Symbol('timer');
      waiting.add(timer);
      const cancel = fake.setTimer(ms, () => {
        waiting.delete(timer);
        fire();
      });
      return () => {
        waiting.delete(timer);
        cancel();
      };
    },
  };
  const events: AuthEvent[] = [];
  const authenticator = createOidcAuthenticator({
    issuer,
    audience: AUDIENCE,
    clock,
    report: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => authenticator.close());
  const verdict = async (token: string): Promise<Verdict> => {
    const { signal } = new AbortController();
    return authenticator.authenticate({ scheme: 'bearer', token }, { method: '/a.B/C', signal });
  };
  return {
    authenticator,
    clock,
    events,
    timers: () => waiting.size,
    verdict,
    async decide(token) {
      const answer = await verdict(token);
      return AuthError.is(answer) ? `${answer.code}/${answer.reason}` : 'accepted';
    },
    reported: (type, times) =>
      eventually(() => events.filter((event) => event.type === type).length === times),
  };
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
