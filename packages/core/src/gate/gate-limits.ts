import {
  checkFunction,
  checkNumber,
  checkOptionNames,
  describeValue,
  wrongOption,
} from '../errors/option-checks.ts';
import { ipPeerOf, peerKeyOf } from '../queue/peer-key.ts';
import type { TransportCall } from './transport-call.ts';

/**
 * How many calls may wait for an authentication. What has its answer at hand does not wait. When all places are
 * taken, the newest call of the connection that has most waiting, of the peer that has most, is refused
 * (`unavailable`, reason `overloaded`).
 */
export interface LimitOptions {
  /** In all, 1 to 1,000,000; default 16,384. */
  readonly maxWaiting?: number;
  /**
   * Of one peer, 1 to 1,000,000; default 8,192, and at most half of `maxWaiting`. A peer is an IPv4
   * address, the /64 of an IPv6 address, or all Unix sockets together. Behind a proxy all callers are
   * one peer: use `peerOf`.
   */
  readonly maxWaitingPerPeer?: number;
  /**
   * Another definition of a peer: the value of a header that a trusted proxy sets, for example. An IP address is
   * grouped as above.
   */
  readonly peerOf?: (call: TransportCall) => string;
}

export interface GateLimits {
  readonly maxWaiting: number;
  readonly maxWaitingPerPeer: number;
  /** @throws what the user's function throws, and TypeError if it returns no string. */
  readonly peerOf: (call: TransportCall) => string;
}

/** @throws ConfigError for a wrong value. */
export function readLimits(options: LimitOptions = {}): GateLimits {
  checkOptionNames('limits', options, ['maxWaiting', 'maxWaitingPerPeer', 'peerOf']);
  const { peerOf } = options;
  checkFunction('limits.peerOf', peerOf);
  const maxWaiting = checkCount('limits.maxWaiting', options.maxWaiting, 16_384);
  const half = Math.min(8192, Math.ceil(maxWaiting / 2));
  return {
    maxWaiting,
    maxWaitingPerPeer: checkCount('limits.maxWaitingPerPeer', options.maxWaitingPerPeer, half),
    peerOf: peerOf === undefined ? addressPeer : (call) => checkPeer(peerOf(call)),
  };
}

/** `timeoutMs`, checked. @throws ConfigError */
export function readTimeout(timeoutMs: number | undefined): number {
  return checkNumber('timeoutMs', timeoutMs, { default: 10_000, min: 1, max: 600_000 });
}

function checkCount(option: string, value: unknown, byDefault: number): number {
  const count = checkNumber(option, value, { default: byDefault, min: 1, max: 1_000_000 });
  if (Number.isInteger(count)) return count;
  throw wrongOption(option, describeValue(value), 'a whole number');
}

function addressPeer(call: TransportCall): string {
  return peerKeyOf(call.peer?.address ?? '');
}

function checkPeer(peer: unknown): string {
  // Otherwise one IPv6 subscriber behind a proxy would be any number of peers.
  if (typeof peer === 'string') return ipPeerOf(peer) ?? peer;
  throw new TypeError('limits.peerOf: expected a string to be returned');
}
