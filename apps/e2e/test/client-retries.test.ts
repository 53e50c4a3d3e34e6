import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChannelCredentials, status } from '@grpc/grpc-js';
import { AuthError } from '@grpc-authn/core';
import { bearer } from '../support/accounts.ts';
import { type CallEnd, EchoClient } from '../support/echo-client.ts';
import { answer, withHandler } from '../support/handler-server.ts';

const RETRY_POLICY = {
  maxAttempts: 5,
  initialBackoff: '0.01s',
  maxBackoff: '0.02s',
  backoffMultiplier: 1,
  retryableStatusCodes: ['UNAVAILABLE'],
};

interface Attempts {
  readonly end: CallEnd;
  /** When each attempt reached the authenticator. */
  readonly startedMs: readonly number[];
}

/** One call of a grpc-js client with a policy, to a server that has an outage. */
async function callWith(
  policy: object,
  retryAfterMs: number,
  deadlineMs?: number,
): Promise<Attempts> {
  const startedMs: number[] = [];
  const authenticator = {
    name: 'down',
    authenticate: () => {
      startedMs.push(performance.now());
      return new AuthError('unavailable', 'provider', { retryAfterMs });
    },
  };
  let attempts: Attempts | undefined;
  await withHandler({ authenticator }, { handle: answer }, async ({ address }) => {
    const config = { loadBalancingConfig: [], methodConfig: [{ name: [{}], ...policy }] };
    const client = new EchoClient(address, ChannelCredentials.createInsecure(), {
      'grpc.service_config': JSON.stringify(config),
    });
    const options = deadlineMs === undefined ? {} : { deadlineMs };
    const end = await client.call('unary', { authorization: bearer('alice'), ...options });
    attempts = { end, startedMs };
    client.close();
  });
  assert.ok(attempts !== undefined);
  assert.equal(attempts.end.code, status.UNAVAILABLE);
  return attempts;
}

describe('a client with a retryPolicy, during an outage (rule 44)', () => {
  it('waits as long as the server says between attempts', async () => {
    const { startedMs } = await callWith({ retryPolicy: RETRY_POLICY }, 400);
    assert.equal(startedMs.length, 5);
    for (const [index, ms] of startedMs.slice(1).entries()) {
      assert.ok(ms - startedMs[index]! >= 395, `attempt ${index + 2} was early`);
    }
  });

  it('sends one attempt where the delay ends after the deadline', async () => {
    // UNAVAILABLE, and not DEADLINE_EXCEEDED: the client does not wait until the deadline.
    const { startedMs } = await callWith({ retryPolicy: RETRY_POLICY }, 5000, 4900);
    assert.equal(startedMs.length, 1);
  });

  it('sends one attempt where the delay is longer than 5 s', async () => {
    const { startedMs } = await callWith({ retryPolicy: RETRY_POLICY }, 30_000);
    assert.equal(startedMs.length, 1);
  });
});

describe('a client with a hedgingPolicy, during an outage', () => {
  const hedging = (hedgingDelay: string, nonFatalStatusCodes: readonly string[]): object => ({
    hedgingPolicy: { maxAttempts: 3, hedgingDelay, nonFatalStatusCodes },
  });

  it('sends attempts at its own hedgingDelay, whatever the server says', async () => {
    const { startedMs } = await callWith(hedging('0.2s', ['UNAVAILABLE']), 4000);
    assert.equal(startedMs.length, 3);
    assert.ok(startedMs[2]! - startedMs[0]! < 3000, 'not after the delay of the server');
  });

  it('sends no more attempts after an answer that forbids them, or that it counts as fatal', async () => {
    for (const [codes, retryAfterMs] of [
      [['UNAVAILABLE'], 30_000],
      [[], 400],
    ] as const) {
      const { startedMs } = await callWith(hedging('30s', codes), retryAfterMs);
      assert.equal(startedMs.length, 1);
    }
  });
});
