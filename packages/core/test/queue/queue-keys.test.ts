import { describe, expect, it } from 'vitest';
import { cached } from '../../src/compose/cached.ts';
import type { AuthenticationContext } from '../../src/contract/authenticator.ts';
import type { TransportCall } from '../../src/gate/transport-call.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import type { BindingOptions } from '../../src/guard/guard-options.ts';
import { type QueueKeys, queueKeysOf } from '../../src/queue/queue-keys.ts';
import { OpenVerdict, stubAuthenticator } from '../support/stub-authenticator.ts';

/** The keys that an authenticator sees of calls of these peers, with the same token. */
function keysSeen(
  peers: readonly (TransportCall['peer'] | undefined)[],
  { limits, caches = false }: { limits?: BindingOptions['limits']; caches?: boolean } = {},
): readonly QueueKeys[] {
  const contexts: AuthenticationContext[] = [];
  const inner = stubAuthenticator((_credentials, context) => {
    contexts.push(context);
    return new OpenVerdict().promise;
  });
  const authenticator = caches ? cached(inner) : inner;
  const guard = createCallGuard({ authenticator, ...(limits && { limits }) });
  for (const peer of peers) {
    void guard.begin({
      method: '/a.B/C',
      streaming: false,
      credentials: { scheme: 'bearer', token: 'token' },
      ...(peer && { peer }),
      end: () => undefined,
    });
  }
  return contexts.map((context) => queueKeysOf(context));
}

const DEFAULTS = { maxWaiting: 16_384, maxWaitingPerPeer: 8192 };

describe('the keys of a call in a queue', () => {
  it('are its peer, the text of its address as connection, and the limits of its guard', () => {
    expect(keysSeen([{ address: '192.0.2.1:50000' }])).toEqual([
      { peer: '192.0.2.1', connection: '192.0.2.1:50000', ...DEFAULTS },
    ]);
  });

  it('name the connection that the transport knows', () => {
    const connection = {};
    const [keys] = keysSeen([{ address: 'unknown', connection }]);
    expect(keys?.peer).toBe('local');
    expect(keys?.connection).toBe(connection);
  });

  it('follow limits.peerOf', () => {
    const peerOf = (call: TransportCall) => `${call.method}!`;
    const limits = { maxWaiting: 9, maxWaitingPerPeer: 4, peerOf };
    expect(keysSeen([{ address: '192.0.2.1:1' }], { limits })).toEqual([
      { peer: '/a.B/C!', connection: '192.0.2.1:1', maxWaiting: 9, maxWaitingPerPeer: 4 },
    ]);
  });

  it('group an address of limits.peerOf, for example from a header of a proxy, like any other', () => {
    const addresses = ['2001:db8:1:2::3', '[2001:db8:1:2:9::]:443', '192.0.2.7', '192.0.2.7:80'];
    let index = 0;
    const limits = { peerOf: () => addresses[index++] ?? '' };
    const keys = keysSeen(Array.from({ length: 5 }), { limits });
    const network = '2001:db8:1:2';
    expect(keys.map(({ peer }) => peer)).toEqual([network, network, '192.0.2.7', '192.0.2.7', '']);
  });

  it('are the same for all calls whose peer is unknown', () => {
    const unknown = { peer: 'local', connection: undefined, ...DEFAULTS };
    expect(keysSeen([undefined, undefined])).toEqual([unknown, unknown]);
  });

  it('of a shared verification are those of the call that began it', () => {
    const connection = {};
    const limits = { peerOf: () => 'from a header' };
    const peers = [{ address: '192.0.2.1:1', connection }, { address: '192.0.2.2:2' }];
    const keys = keysSeen(peers, { limits, caches: true });
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ peer: 'from a header' });
    expect(keys[0]?.connection).toBe(connection);
  });

  it('come from the address for a context that someone else made', () => {
    expect(queueKeysOf({ peer: { address: '[2001:db8:1:2::3]:50000' } })).toEqual({
      peer: '2001:db8:1:2',
      connection: '[2001:db8:1:2::3]:50000',
    });
    expect(queueKeysOf({})).toEqual({ peer: 'local', connection: undefined });
  });
});
