import type { Order } from '@grpc-authn/web/orders';
import { element, setNotice } from './dom.ts';

/** The list of orders, one row each. */
export class OrderList {
  readonly #rows = new Map<string, HTMLElement>();
  readonly #onRefund: (order: Order) => Promise<void>;

  constructor(onRefund: (order: Order) => Promise<void>) {
    this.#onRefund = onRefund;
  }

  showLoading(): void {
    setNotice('list-problem', undefined, 'list-problem-text');
    this.#showOnly('skeleton');
    element('list-loading').hidden = false;
  }

  showProblem(text: string): void {
    this.#showOnly(this.#rows.size === 0 ? undefined : 'list');
    setNotice('list-problem', text, 'list-problem-text');
  }

  showAll(orders: readonly Order[]): void {
    this.#rows.clear();
    element('list').replaceChildren();
    for (const order of orders) this.put(order);
    this.#showOnly(orders.length === 0 ? 'empty' : 'list');
  }

  /** Adds the order, or replaces its row. */
  put(order: Order): void {
    const row = document.createElement('li');
    row.append(texts(order), state(order.state));
    if (order.state !== 'refunded') row.append(this.#refundButton(order));
    const old = this.#rows.get(order.id);
    const hadFocus = old?.contains(document.activeElement) ?? false;
    this.#rows.set(order.id, row);
    if (old === undefined) return element('list').append(row);
    row.className = 'changed';
    old.replaceWith(row);
    if (hadFocus) row.querySelector('button')?.focus();
  }

  #refundButton(order: Order): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Refund';
    button.setAttribute('aria-label', `Refund ${order.item}`);
    button.addEventListener('click', () => {
      button.disabled = true;
      void this.#onRefund(order).finally(() => {
        button.disabled = false;
      });
    });
    return button;
  }

  #showOnly(shown: 'skeleton' | 'list' | 'empty' | undefined): void {
    for (const id of ['skeleton', 'list', 'empty']) element(id).hidden = id !== shown;
    element('list-loading').hidden = true;
  }
}

function texts({ id, item }: Order): HTMLElement {
  const box = document.createElement('div');
  const name = document.createElement('strong');
  name.textContent = item;
  const number = document.createElement('span');
  number.className = 'quiet small';
  number.textContent = id;
  box.append(name, number);
  return box;
}

function state(name: string): HTMLElement {
  const badge = document.createElement('span');
  badge.className = 'pill';
  badge.dataset['state'] = name;
  badge.textContent = name;
  return badge;
}
