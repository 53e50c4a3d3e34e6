// The orders themselves, for the servers of grpc-js and Connect alike. They are in memory.
import { EventEmitter, on } from 'node:events';
import type { Principal } from '@grpc-authn/core';

export interface Order {
  readonly id: string;
  readonly item: string;
  readonly placedBy: string;
  readonly state: string;
}

/** The first event of a watch has no order. */
export interface WatchEvent {
  /** Until the token of the caller expires; undefined if that is unknown. */
  readonly tokenSecondsLeft?: number;
  readonly order?: Order;
}

const ITEMS = [
  ['Darjeeling tea', 'packed'],
  ['Sourdough bread', 'placed'],
  ['Sea salt', 'shipped'],
] as const;
const NEXT_STATE: Readonly<Record<string, string>> = {
  placed: 'packed',
  packed: 'shipped',
  shipped: 'delivered',
};
/** Has not ordered yet. */
const NEW_CUSTOMER = 'bob';
/** While somebody watches, an order advances. */
const ADVANCE_MS = 5000;

/** A service that calls on its own behalf may have no subject (RFC 7662 allows its provider to omit it). */
export function nameOf({ subject, clientId = '' }: Principal<object>): string {
  return subject ?? clientId;
}

export class OrderBook {
  readonly #orders = new Map<string, Order[]>();
  readonly #changes = new EventEmitter();

  constructor() {
    // Any number of callers may watch.
    this.#changes.setMaxListeners(0);
  }

  list(caller: string): readonly Order[] {
    return this.#ordersOf(caller);
  }

  /** An unknown one is made up. */
  get(caller: string, id: string): Order {
    const known = this.#ordersOf(caller).find((order) => order.id === id);
    return known ?? { id, item: 'tea', placedBy: caller, state: 'placed' };
  }

  refund(caller: string, id: string): void {
    this.#change(caller, id, 'refunded');
  }

  /** Ends when the signal is aborted. */
  async *watch(caller: Principal<object>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const name = nameOf(caller);
    const advancing = setInterval(() => this.#advance(name), ADVANCE_MS);
    try {
      const changes = on(this.#changes, changeOf(name), { signal });
      yield timeLeft(caller);
      for await (const [order] of changes as AsyncIterable<[Order]>) {
        yield { ...timeLeft(caller), order };
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearInterval(advancing);
    }
  }

  #ordersOf(caller: string): Order[] {
    let orders = this.#orders.get(caller);
    if (orders === undefined) {
      const items = caller === NEW_CUSTOMER ? [] : ITEMS;
      orders = items.map(([item, state], index) => ({
        id: `o-${index + 1}`,
        item,
        placedBy: caller,
        state,
      }));
      this.#orders.set(caller, orders);
    }
    return orders;
  }

  #advance(caller: string): void {
    const order = this.#ordersOf(caller).find(({ state }) => state in NEXT_STATE);
    if (order !== undefined) this.#change(caller, order.id, NEXT_STATE[order.state] ?? '');
  }

  #change(caller: string, id: string, state: string): void {
    const orders = this.#ordersOf(caller);
    const index = orders.findIndex((order) => order.id === id);
    const order = orders[index];
    if (order === undefined) return;
    const changed = { ...order, state };
    orders[index] = changed;
    this.#changes.emit(changeOf(caller), changed);
  }
}

/** With a prefix, because a caller's name may be 'error', an event that Node.js treats specially. */
function changeOf(caller: string): string {
  return `change of ${caller}`;
}

function timeLeft({ expiresAtEpochSeconds }: Principal<object>): WatchEvent {
  if (expiresAtEpochSeconds === undefined) return {};
  return { tokenSecondsLeft: Math.max(0, Math.ceil(expiresAtEpochSeconds - Date.now() / 1000)) };
}
