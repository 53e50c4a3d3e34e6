import { FairGroups, Group } from './fair-groups.ts';
import { Link, LinkedList } from './linked-list.ts';
import type { QueueKeys } from './queue-keys.ts';

class Connection<T> extends Group {
  readonly peer: Peer<T>;
  readonly waiters: LinkedList<Waiter<T>> = new LinkedList();

  constructor(key: unknown, peer: Peer<T>) {
    super(key);
    this.peer = peer;
  }
}

class Peer<T> extends Group {
  readonly connections: FairGroups<Connection<T>> = new FairGroups();
}

/** What waits, and whose turn it takes. It is in at most one queue at a time. */
export class Waiter<T> {
  readonly keys: QueueKeys;
  readonly value: T;
  /** Of the queue that it is in. */
  readonly link: Link<Waiter<T>> = new Link<Waiter<T>>(this);
  /** undefined while it is in no queue. */
  connection: Connection<T> | undefined;

  constructor(keys: QueueKeys, value: T) {
    this.keys = keys;
    this.value = value;
  }
}

/**
 * Serves peers in turn, within a peer its connections in turn, and those who wait on one connection in order of
 * arrival. Every operation takes constant time. The queue stores what waits and nothing else.
 */
export class FairQueue<T> {
  readonly #maxWaiting: number;
  readonly #maxWaitingPerPeer: number;
  readonly #peers = new FairGroups<Peer<T>>();
  #size = 0;

  /** `maxWaitingPerPeer` is by default as many as in all. */
  constructor(limits: { readonly maxWaiting: number; readonly maxWaitingPerPeer?: number }) {
    this.#maxWaiting = limits.maxWaiting;
    this.#maxWaitingPerPeer = limits.maxWaitingPerPeer ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#size;
  }

  /** How many peers wait. */
  get peers(): number {
    return this.#peers.count;
  }

  /**
   * Returns the waiter that lost its place, if the queue was full: the newest of the connection that has most
   * waiting, of the peer that has most. That may be the one that is added.
   */
  add(waiter: Waiter<T>): Waiter<T> | undefined {
    const { keys } = waiter;
    const peer = this.#peers.get(keys.peer) ?? new Peer<T>(keys.peer);
    const connection =
      peer.connections.get(keys.connection) ?? new Connection<T>(keys.connection, peer);
    waiter.connection = connection;
    connection.waiters.append(waiter.link);
    peer.connections.grow(connection);
    this.#peers.grow(peer);
    this.#size += 1;
    if (peer.size > Math.max(this.#maxWaitingPerPeer, keys.maxWaitingPerPeer ?? 0)) {
      return this.#displace(peer);
    }
    const isFull = this.#size > Math.max(this.#maxWaiting, keys.maxWaiting ?? 0);
    return isFull ? this.#displace(this.#peers.largest) : undefined;
  }

  /** Removes the next waiter. Its connection, and its peer, are served again after the others. */
  take(): Waiter<T> | undefined {
    const connection = this.#peers.next?.connections.next;
    const waiter = connection?.waiters.first;
    if (connection === undefined || waiter === undefined) return undefined;
    this.remove(waiter);
    connection.peer.connections.endTurn(connection);
    this.#peers.endTurn(connection.peer);
    return waiter;
  }

  /** False if it is no longer waiting. */
  remove(waiter: Waiter<T>): boolean {
    const { connection } = waiter;
    if (connection === undefined) return false;
    waiter.connection = undefined;
    connection.waiters.remove(waiter.link);
    connection.peer.connections.shrink(connection);
    this.#peers.shrink(connection.peer);
    this.#size -= 1;
    return true;
  }

  #displace(peer: Peer<T> | undefined): Waiter<T> | undefined {
    const newest = peer?.connections.largest?.waiters.last;
    if (newest !== undefined) this.remove(newest);
    return newest;
  }
}
