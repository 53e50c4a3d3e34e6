import type { Order } from '@grpc-authn/web/orders';
import { element, onClick, showNames } from './dom.ts';
import { Live } from './live.ts';
import { OrderList } from './order-list.ts';
import { type Problem, problemOf } from './problem.ts';
import type { Session } from './session.ts';

interface Exits {
  /** Signs in again, with more scopes. */
  askFor(scopes: readonly string[]): Promise<void>;
  onSignedOut(notice: string): void;
}

/** The view of a signed-in user: the list, the live stream, and refunds. */
export class SignedIn {
  readonly #session: Session;
  readonly #exits: Exits;
  readonly #list = new OrderList((order) => this.#refund(order));
  readonly #live: Live;

  constructor(session: Session, exits: Exits) {
    this.#session = session;
    this.#exits = exits;
    this.#live = new Live(
      session,
      (order) => this.#list.put(order),
      (problem) => this.#onLiveProblem(problem),
    );
  }

  open(): void {
    const name = this.#session.subject;
    element('who').textContent = name;
    showNames('scopes', this.#session.scopes);
    element('scope-problem').hidden = true;
    // Readers of screens start here, not at the top of a page that they know.
    element('greeting').focus();
    void this.#loadList();
    void this.#live.run();
  }

  close(): void {
    this.#live.close();
  }

  async #loadList(): Promise<void> {
    this.#list.showLoading();
    try {
      const orders: Order[] = [];
      for await (const order of this.#session.orders.list({})) orders.push(order);
      this.#list.showAll(orders);
    } catch (error) {
      const problem = problemOf(error);
      if (this.#leaves(problem)) return;
      this.#showListProblem(problem);
    }
  }

  #showListProblem({ title, text }: Problem): void {
    this.#list.showProblem(`${title}. ${text}`);
    onClick('list-retry', async () => {
      await this.#session.prepareRetry();
      await this.#loadList();
    });
  }

  async #refund({ id }: Order): Promise<void> {
    try {
      // The stream reports the new state of the order.
      await this.#session.orders.refund({ id });
    } catch (error) {
      const problem = problemOf(error);
      if (this.#leaves(problem)) return;
      if (problem.kind === 'scope') this.#showMissing(problem.missingScopes);
      else this.#showListProblem(problem);
    }
  }

  #showMissing(scopes: readonly string[]): void {
    showNames('missing-scopes', scopes);
    element('scope-problem').hidden = false;
    onClick('ask-scope', () => this.#exits.askFor(scopes));
    onClick('dismiss-scope', () => {
      element('scope-problem').hidden = true;
      element('greeting').focus();
    });
    element('ask-scope').focus();
  }

  #onLiveProblem(problem: Problem): void {
    if (this.#leaves(problem)) return;
    onClick('live-retry', async () => {
      await this.#session.prepareRetry();
      void this.#live.run();
    });
  }

  /** True if the session has ended, so that there is nothing to try again. */
  #leaves({ kind, text }: Problem): boolean {
    if (kind !== 'signed out') return false;
    this.close();
    this.#exits.onSignedOut(text);
    return true;
  }
}
