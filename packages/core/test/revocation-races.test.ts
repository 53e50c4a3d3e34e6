import { describe, expect, it, vi } from 'vitest';
import type { AuthenticatorEvent } from '../src/contract/authenticator.ts';
import { createPrincipal, type Principal } from '../src/contract/principal.ts';
import { type OpenCall, OpenCalls } from '../src/guard/open-calls.ts';
import { definePolicy } from '../src/policy/define-policy.ts';
import { allowAnonymous } from '../src/policy/rules.ts';
import { BareCall } from './support/bare-call.ts';
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
  const clock = new ManualClock();
  const calls = new OpenCalls(authenticator, clock);
  const revoke = (subject: string): void =>
    tell({ type: 'revoked', matches: (principal) => principal.subject === subject });
  const open = (caller: Principal<object> | undefined) => {
    const call = { caller, revoke: vi.fn<() => void>(), place: undefined };
    calls.add(call);
    return call;
  };
  return { calls, revoke, open, clock, tell: (event: AuthenticatorEvent) => tell(event) };
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

  it('is none where the revocation happened before the verification began', () => {
    const { calls, revoke } = listening();
    revoke('alice');
    const noted = calls.revocations;
    revoke('bob');
    expect(calls.revokedSince(noted, alice)).toBe(false);
    expect(calls.revokedSince(noted, bob)).toBe(true);
  });

  it('is taken for revoked where it took longer than revocations are remembered', () => {
    const { calls, revoke, clock } = listening();
    const noted = calls.revocations;
    revoke('somebody');
    clock.advance(660_001);
    revoke('somebody');
    expect(calls.revokedSince(noted, bob)).toBe(true);
  });
});

describe('an anonymous caller', () => {
  it('passes, though everybody is revoked while the credentials are looked for', () => {
    let tell = (_event: AuthenticatorEvent): void => undefined;
    const authenticator = stubAuthenticator(() => alice, {
      subscribe: (listener) => {
        tell = listener;
        return () => undefined;
      },
    });
    const policy = definePolicy({ rules: { 'orders.v1.Orders/*': allowAnonymous() } });
    const credentials = {
      headers: ['authorization'],
      extract: () => tell({ type: 'revoked', matches: () => true }) as undefined,
    };
    const call = new BareCall({ authenticator, policy, credentials });
    call.receiveMetadata();
    expect(call.inbound).toEqual(['metadata']);
    expect(call.outbound).toEqual([]);
  });
});

describe('an open call', () => {
  it('ends where its caller is revoked, and at no other event', () => {
    const { revoke, open, tell } = listening();
    const [ofAlice, ofBob] = [open(alice), open(bob)];
    tell({ type: 'keys_changed' });
    expect(ofAlice.revoke).not.toHaveBeenCalled();
    revoke('alice');
    expect(ofAlice.revoke).toHaveBeenCalledOnce();
    expect(ofBob.revoke).not.toHaveBeenCalled();
  });

  it('of an anonymous caller matches no revocation', () => {
    const { open, tell } = listening();
    const nobodys = open(undefined);
    tell({ type: 'revoked', matches: () => true });
    expect(nobodys.revoke).not.toHaveBeenCalled();
  });

  it('is ended even if the handler of another revoked call ends more calls', () => {
    const { calls, revoke, open } = listening();
    const [first, second, third] = [open(alice), open(alice), open(alice)];
    first.revoke.mockImplementation(() => [first, second].forEach((call) => calls.remove(call)));
    revoke('alice');
    expect(third.revoke).toHaveBeenCalledOnce();
  });

  it('is forgotten when it ends', () => {
    const { calls, revoke, open } = listening();
    const call = open(alice);
    calls.remove(call);
    revoke('alice');
    expect(call.revoke).not.toHaveBeenCalled();
  });

  it('is not held in memory where nobody revokes', () => {
    const calls = new OpenCalls(
      stubAuthenticator(() => undefined),
      new ManualClock(),
    );
    const call: OpenCall = { caller: alice, revoke: () => undefined, place: undefined };
    calls.add(call);
    expect(call.place).toBeUndefined();
  });
});

describe('the open calls', () => {
  it('stay complete where one is added twice and removed twice', () => {
    const { calls, revoke, open } = listening();
    const [ended, first, second] = [open(alice), open(bob), open(bob)];
    calls.add(first);
    calls.remove(ended);
    calls.remove(ended);
    revoke('bob');
    expect(first.revoke).toHaveBeenCalledOnce();
    expect(second.revoke).toHaveBeenCalledOnce();
  });

  it('stay complete where the only one is removed twice, and another is added between', () => {
    const { calls, revoke, open } = listening();
    const ended = open(alice);
    calls.remove(ended);
    const other = open(bob);
    calls.remove(ended);
    revoke('bob');
    expect(other.revoke).toHaveBeenCalledOnce();
    expect(ended.revoke).not.toHaveBeenCalled();
  });
});
