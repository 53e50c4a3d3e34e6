import {
  AuthError,
  type AuthEvent,
  type ManagedAuthenticator,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { onTestFinished } from 'vitest';
import { type CountedClock, createCountedClock } from '../../../jwks/test/support/counted-clock.ts';
import { eventually, settle } from '../../../provider/test/support/waiting.ts';
import { createOidcAuthenticator, type OidcOptions } from '../../src/index.ts';
import { AUDIENCE } from './signer.ts';

export interface Subject {
  readonly authenticator: ManagedAuthenticator;
  readonly clock: CountedClock;
  readonly events: readonly AuthEvent[];
  /** Timers that are set. */
  readonly timers: () => number;
  /** 'accepted', or code/reason. */
  readonly decide: (token: string) => Promise<string>;
  readonly verdict: (token: string) => Promise<Verdict>;
  /** Resolves when it has reported this many events of the type since the start. */
  readonly reported: (type: string, times: number) => Promise<void>;
}

/** With a fake clock; closed when the test ends. */
export function createSubject(issuer: string, options: Partial<OidcOptions> = {}): Subject {
  const clock = createCountedClock();
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
    timers: () => clock.waiting,
    verdict,
    async decide(token) {
      const answer = await verdict(token);
      return AuthError.is(answer) ? `${answer.code}/${answer.reason}` : 'accepted';
    },
    reported: (type, times) =>
      eventually(() => events.filter((event) => event.type === type).length === times),
  };
}

export { eventually, settle };
