import { describe, expect, it } from 'vitest';
import type { AuthenticatorEvent } from '../src/contract/authenticator.ts';
import { createPrincipal } from '../src/contract/principal.ts';
import { OpenCalls } from '../src/grpc/open-calls.ts';
import { ManualClock } from './support/manual-clock.ts';
import { stubAuthenticator } from './support/stub-authenticator.ts';

const alice = createPrincipal({ authenticator: 'stub', subject: 'alice' });
const bob = createPrincipal({ authenticator: 'stub', subject: 'bob' });

function listening() {
  let tell: (event: AuthenticatorEvent) => void = () => undefined;
  const authenticator = stubAuthenticator(() => undefined, {
    subscribe: (listener) => {
      tell = listener;
      return () => undefined;
    },
  });
  const calls = new OpenCalls(authenticator, new ManualClock());
  const revoke = (subject: string): void =>
    tell({ type: 'revoked', matches: (principal) => principal.subject === subject });
  return { calls, revoke };
}

describe('a caller who is revoked while being verified', () => {
  it('is known to be when the verification ends, and nobody else is', () => {
    const { calls, revoke } = listening();
    const noted = calls.revocations;
    revoke('alice');
    expect(calls.revokedSince(noted, alice)).toBe(true);
    expect(calls.revokedSince(noted, bob)).toBe(false);
    expect(calls.revokedSince(calls.revocations, alice)).toBe(false);
  });

  it('is taken for revoked where there were too many revocations to remember', () => {
    const { calls, revoke } = listening();
    const noted = calls.revocations;
    for (let count = 0; count < 1100; count += 1) revoke('somebody');
    expect(calls.revokedSince(noted, bob)).toBe(true);
  });
});
