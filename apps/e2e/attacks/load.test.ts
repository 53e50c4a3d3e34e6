// Rule numbers refer to docs/security-rules.md. These are small; `pnpm chaos` has the full ones, and measures times.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { ADAPTERS } from '../support/load/adapters.ts';
import { type Attack, attack, type Attacked } from '../support/load/attacked.ts';
import { burst } from '../support/load/burst.ts';
import { type LoadWorld, startLoadWorld, type Target } from '../support/load/load-world.ts';
import { hasOtherAddresses, otherAddresses } from '../support/load/loopback.ts';
import { createRetryingClient, MAX_ATTEMPTS } from '../support/load/retrying-client.ts';
import type { ServeOptions } from '../support/load/server-process.ts';

const GOOD_CALLS = { callers: 4, calls: 20, deadlineMs: 120_000 };
/** On a busy machine, a flood takes longer than the defaults allow. */
const PATIENT = { timeoutMs: 60_000, requestMs: 30_000 };

const others = (await hasOtherAddresses()) ? false : 'only 127.0.0.1 is configured';
let world: LoadWorld;
before(async () => (world = await startLoadWorld()));
after(() => world.stop());

/** Serves the adapter, floods it, and checks that all good calls are served, and none of the flood. */
async function servedDuring(options: ServeOptions, flood: Attack): Promise<Attacked> {
  await world.provider.ask('behave', { latencyMs: 5 });
  const attacked = await attack(world, await serve(options), flood, GOOD_CALLS);
  assert.deepEqual(attacked.good.lost, {});
  assert.equal(attacked.flood.served, 0);
  assert.equal(attacked.outcomes.handlers, attacked.good.served);
  return attacked;
}

function serve(options: ServeOptions): Promise<Target> {
  return world.serve({ ...PATIENT, ...options });
}

describe('a flood from processes of its own', () => {
  for (const adapter of ADAPTERS) {
    /** On each connection. More than a queue in order of arrival had places for, where calls wait for a provider. */
    const calls = adapter === 'introspection' ? 300 : 50;

    it(`${adapter} serves good calls while a client sends calls and resets them (rules 8 and 42)`, async () => {
      const flood = {
        addresses: ['127.0.0.1'],
        connections: 1,
        calls: 50,
        resetAfterMs: 5,
        callsPerConnection: 900,
        maxCalls: 1800,
        isCounted: true,
      };
      const { sockets } = await servedDuring({ adapter, maxConcurrent: 8 }, flood);
      assert.ok(sockets.most <= 8, `${sockets.most} sockets`);
      assert.ok(sockets.opened <= 16, `${sockets.opened} sockets in all`);
    });

    it(
      `${adapter} serves good calls while 100 connections of other addresses send a bad token each (rule 8)`,
      {
        skip: others,
      },
      async () => {
        await servedDuring(
          { adapter },
          { addresses: otherAddresses(5), connections: 100, calls: 1 },
        );
      },
    );

    it(
      `${adapter} serves good calls while connections of other addresses send bad tokens (rule 8)`,
      {
        skip: others,
      },
      async () => {
        await servedDuring({ adapter }, { addresses: otherAddresses(2), connections: 4, calls });
      },
    );

    it(`${adapter} serves good calls while connections of the same address send bad tokens (rule 8)`, async () => {
      await servedDuring({ adapter }, { addresses: ['127.0.0.1'], connections: 4, calls });
    });

    it(`${adapter} serves 300 good tokens that arrive at once (rule 8)`, async () => {
      const { port, goodToken } = await serve({ adapter });
      const { served } = await burst(port, Array.from({ length: 300 }, goodToken));
      assert.equal(served, 300);
    });
  }
});

describe('introspection and tokens for which the provider answers 500', () => {
  it('serves good calls of another address (rule 43)', { skip: others }, async () => {
    await world.provider.ask('behave', {});
    const target = await serve({ adapter: 'introspection' });
    const flood = {
      addresses: otherAddresses(1),
      connections: 1,
      calls: 10,
      maxCalls: 20,
      token: { opaque: 'poison' as const },
      isCounted: true,
    };
    const { good, outcomes } = await attack(world, target, flood, GOOD_CALLS);
    assert.deepEqual(good.lost, {});
    assert.equal(outcomes.counts['unavailable'], 20);
  });
});

describe('clients with a retry policy', () => {
  const outage = async (retryAfterMs: number) => {
    const target = await serve({ adapter: retryAfterMs });
    const client = createRetryingClient(target.port);
    const { code } = await client.call('unary', { deadlineMs: 30_000, authorization: 'Bearer a' });
    client.close();
    return { code, ...(await target.outcomes()).counts };
  };

  it('send a call again while the delay ends before the deadline (rule 44)', async () => {
    const { UNAVAILABLE: code } = status;
    assert.deepEqual(await outage(20), { code, unavailable: MAX_ATTEMPTS });
  });

  it('send a call once when the delay is too long (rule 44)', async () => {
    const { UNAVAILABLE: code } = status;
    assert.deepEqual(await outage(40_000), { code, unavailable: 1 });
  });
});

describe('a provider that hangs', () => {
  it('introspection: UNAVAILABLE before the deadline, and recorded as such (rule 45)', async () => {
    await world.provider.ask('behave', { mode: 'hang' });
    const target = await serve({ adapter: 'introspection' });
    const client = createRetryingClient(target.port);
    const authorization = `Bearer ${target.goodToken()}`;
    const { code } = await client.call('unary', { deadlineMs: 2500, authorization });
    client.close();
    assert.equal(code, status.UNAVAILABLE);
    assert.deepEqual((await target.outcomes()).counts, { unavailable: 1 });
  });
});
