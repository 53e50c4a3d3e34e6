import { describe, expect, it } from 'vitest';
import type { AuthenticatorEvent } from '../src/contract/authenticator.ts';
import type { Decision } from '../src/guard/decision.ts';
import { definePolicy } from '../src/policy/define-policy.ts';
import { requireScopes } from '../src/policy/rules.ts';
import { caller } from './support/asked-rule.ts';
import { BareCall } from './support/bare-call.ts';
import { ManualClock } from './support/manual-clock.ts';
import { metadataWith } from './support/metadata-field.ts';
import { stubAuthenticator } from './support/stub-authenticator.ts';
import { unhandledRejectionsDuring } from './support/unhandled-rejections.ts';

const good = () => metadataWith('authorization', 'Bearer token');

/** A stream of alice, whose token ends in a minute, and a hook that revokes her at some outcome. */
function revokingAt(outcome: Decision['outcome']) {
  const clock = new ManualClock();
  let tell = (_event: AuthenticatorEvent): void => undefined;
  const revoke = (): void => tell({ type: 'revoked', matches: () => true });
  const principal = caller({ expiresAtEpochSeconds: clock.nowMs() / 1000 + 60 });
  const authenticator = stubAuthenticator(() => principal, {
    subscribe: (listener) => {
      tell = listener;
      return () => undefined;
    },
  });
  const outcomes: string[] = [];
  const onDecision = (decision: Decision): void => {
    outcomes.push(decision.outcome);
    if (decision.outcome === outcome) revoke();
  };
  const call = new BareCall({ authenticator, clock, streams: { graceSeconds: 0 }, onDecision });
  call.receiveMetadata(good());
  return { call, clock, revoke, outcomes };
}

describe('onDecision', () => {
  it('may revoke the caller at once: the handler is never run, and nothing is left behind', () => {
    const { call, clock, outcomes } = revokingAt('allowed');
    expect(outcomes).toEqual(['allowed', 'revoked']);
    expect(call.inbound).toEqual(['cancel']);
    expect(call.outbound).toEqual(['status 16']);
    expect(clock.waiting).toBe(0);
  });

  it('may revoke the caller of a call that ends: it ends once, for the first reason', () => {
    const expiring = revokingAt('expired');
    expiring.clock.advance(60_000);
    const revoked = revokingAt('revoked');
    revoked.revoke();
    for (const { call } of [expiring, revoked]) {
      expect(call.inbound).toEqual(['metadata', 'cancel']);
      expect(call.outbound).toEqual(['status 16']);
    }
    expect(expiring.outcomes).toEqual(['allowed', 'expired']);
    expect(revoked.outcomes).toEqual(['allowed', 'revoked']);
  });

  it('may fail, now or later, and decides nothing by it', async () => {
    const hooks: readonly (() => unknown)[] = [
      () => {
        throw new Error('the log is full');
      },
      () => Promise.reject(new Error('the log is full')),
      // oxlint-disable-next-line unicorn/no-thenable -- the misbehaviour under test
      () => ({ then: 'not a promise' }),
    ];
    const unhandled = await unhandledRejectionsDuring(() => {
      for (const hook of hooks) {
        const authenticator = stubAuthenticator(() => caller());
        const call = new BareCall({ authenticator, onDecision: hook });
        call.receiveMetadata(good());
        expect(call.inbound).toEqual(['metadata']);
        expect(call.outbound).toEqual([]);
      }
    });
    expect(unhandled).toEqual([]);
  });
});

describe('a call without onDecision', () => {
  it('reads no clock where neither a dry run nor a stream has an end', () => {
    let reads = 0;
    const clock = { nowMs: () => (reads += 1), setTimer: () => () => undefined };
    const authenticator = stubAuthenticator(() => caller({ scopes: ['read'] }));
    const policy = definePolicy({ rules: { 'orders.v1.Orders/*': requireScopes('read') } });
    const call = new BareCall({ authenticator, policy, clock }, 'unary');
    call.receiveMetadata(good());
    call.receiveCancel();
    expect(call.inbound).toEqual(['metadata', 'cancel']);
    expect(reads).toBe(0);
  });
});
