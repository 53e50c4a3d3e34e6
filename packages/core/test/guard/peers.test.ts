import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AuthError } from '../../src/errors/auth-error.ts';
import { createCallGuard } from '../../src/guard/create-call-guard.ts';
import { peerKeyOf } from '../../src/queue/peer-key.ts';
import type { TransportCall } from '../../src/gate/transport-call.ts';
import { OpenVerdict, stubAuthenticator } from '../support/stub-authenticator.ts';
import { unhandledRejectionsDuring } from '../support/unhandled-rejections.ts';

describe('a peer', () => {
  it.each([
    ['192.0.2.1:50000', '192.0.2.1'],
    ['192.0.2.1:1', '192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1:50000', '192.0.2.1'],
    ['[2001:db8:1:2:3:4:5:6]:50000', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff::1:50000', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['[2001:db8::1]:50000', '2001:db8:0:0'],
    ['::1:50000', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['[fe80::1%eth0]:443', 'fe80:0:0:0'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0'],
    ['unknown', 'local'],
    ['', 'local'],
    ['/run/app.sock', 'local'],
    ['localhost:50000', 'local'],
  ])('of the address %s is %s', (address, peer) => {
    expect(peerKeyOf(address)).toBe(peer);
  });

  it('is the same for all addresses of an IPv6 /64', () => {
    const group = fc.integer({ min: 1, max: 0xff_ff }).map((value) => value.toString(16));
    const half = fc.tuple(group, group, group, group).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(half, half, half, (network, one, other) => {
        expect(peerKeyOf(`[${network}:${one}]:1`)).toBe(peerKeyOf(`[${network}:${other}]:2`));
      }),
    );
  });
});

describe('limits.peerOf', () => {
  const authenticator = stubAuthenticator(() => new OpenVerdict().promise);
  const call = (address: string): TransportCall => ({
    method: '/a.B/C',
    streaming: false,
    credentials: { scheme: 'bearer', token: 'token' },
    peer: { address },
    header: () => address,
    end: () => undefined,
  });

  it('defines another peer', () => {
    const limits = {
      maxWaitingPerPeer: 1,
      peerOf: ({ header }: TransportCall) => `${header?.('x')}`,
    };
    const guard = createCallGuard({ authenticator, limits });
    expect(guard.begin(call('a'))).toBeInstanceOf(Promise);
    expect(guard.begin(call('b'))).toBeInstanceOf(Promise);
    expect(guard.begin(call('a'))).toMatchObject({ refusal: { reason: 'overloaded' } });
  });

  it.each<readonly [string, () => unknown]>([
    ['returns no string', () => 5],
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
  ])('that %s costs its calls INTERNAL, and nobody a place', (_how, peerOf) => {
    const limits = { maxWaiting: 1, maxWaitingPerPeer: 1, peerOf: peerOf as () => string };
    const guard = createCallGuard({ authenticator, limits });
    for (let count = 0; count < 3; count += 1) {
      expect(guard.begin(call('a'))).toMatchObject({ refusal: { code: 'internal' } });
    }
  });

  it('that throws ends the authentication, which may fail without harm', async () => {
    const verdict = new OpenVerdict();
    let signal: AbortSignal | undefined;
    const slow = stubAuthenticator((_credentials, context) => {
      ({ signal } = context);
      return verdict.promise;
    });
    const peerOf = (): string => {
      throw new Error('boom');
    };
    const guard = createCallGuard({ authenticator: slow, limits: { peerOf } });
    const unhandled = await unhandledRejectionsDuring(() => {
      void guard.begin(call('a'));
      expect(signal?.aborted).toBe(true);
      verdict.reject(new Error('stopped'));
    });
    expect(unhandled).toEqual([]);
  });

  it('is not asked about a call that does not wait', () => {
    const peerOf = vi.fn(() => 'peer');
    const ready = stubAuthenticator(() => new AuthError('invalid_token', 'signature'));
    const guard = createCallGuard({ authenticator: ready, limits: { peerOf } });
    expect(guard.begin(call('a'))).toMatchObject({ refusal: { reason: 'signature' } });
    expect(peerOf).not.toHaveBeenCalled();
  });

  it('is by default the address: at most half of maxWaiting is for one', () => {
    const guard = createCallGuard({ authenticator, limits: { maxWaiting: 2 } });
    expect(guard.begin(call('192.0.2.1:1'))).toBeInstanceOf(Promise);
    expect(guard.begin(call('192.0.2.1:2'))).toMatchObject({ refusal: { reason: 'overloaded' } });
    expect(guard.begin(call('192.0.2.2:1'))).toBeInstanceOf(Promise);
  });
});
