import { AsyncResource } from 'node:async_hooks';
import type { AuthenticationContext, Credentials, Verdict } from '../contract/authenticator.ts';
import {
  type Abortable,
  type AbortListener,
  AbortListeners,
  raceWithAbort,
} from '../contract/abort-race.ts';
import type { CallWatcher, SharedQueueable } from '../contract/watched-calls.ts';
import { type QueueKeys, queueKeysOf } from '../queue/queue-keys.ts';
import { AuthError } from '../errors/auth-error.ts';

type Ask = (context: AuthenticationContext) => Verdict<object> | Promise<Verdict<object>>;

/** The context of a verification that several calls wait for. */
class SharedContext implements AuthenticationContext, SharedQueueable, Abortable {
  readonly method = '';
  /** Both are of the call that started the verification; used only for fair queueing, as the calls are. */
  readonly peer: { readonly address: string };
  readonly queueKeys: QueueKeys;
  /** Undefined while the first call is the only one, which is the common case. */
  #calls: Set<QueueKeys> | undefined;
  #watcher: CallWatcher | undefined;
  #controller: AbortController | undefined;
  readonly #listeners = new AbortListeners();
  #aborted = false;

  constructor(first: AuthenticationContext) {
    this.peer = { address: first.peer?.address ?? '' };
    // Now, because the transport may not know them after the call has ended.
    this.queueKeys = queueKeysOf(first);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  addAbortListener(listener: AbortListener): void {
    this.#listeners.add(listener);
  }

  removeAbortListener(listener: AbortListener): void {
    this.#listeners.remove(listener);
  }

  join(call: QueueKeys): void {
    this.#waiting.add(call);
    this.#watcher?.joined(call);
  }

  /** True if nobody waits any more. */
  leave(call: QueueKeys): boolean {
    this.#waiting.delete(call);
    this.#watcher?.left(call);
    return this.#waiting.size === 0;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
    this.#listeners.notify();
  }

  watchCalls(watcher: CallWatcher | undefined): void {
    this.#watcher = watcher;
    if (watcher !== undefined) for (const call of this.#waiting) watcher.joined(call);
  }

  get #waiting(): Set<QueueKeys> {
    return (this.#calls ??= new Set([this.queueKeys]));
  }
}

interface Flight {
  readonly context: SharedContext;
  readonly verdict: Promise<Verdict<object>>;
}

/**
 * One verification at a time for the same token. It runs in no caller's async context and under no caller's
 * signal, and is aborted when the last caller that waits for it has disconnected.
 */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>();
  readonly #scope = new AsyncResource('grpc-authn.SingleFlight');

  run(
    credentials: Credentials,
    context: AuthenticationContext,
    ask: Ask,
  ): Verdict<object> | Promise<Verdict<object>> {
    const key = `${credentials.scheme} ${credentials.token}`;
    // A look-up hashes the token, so it is skipped if there is nothing to find.
    const running = this.#flights.size === 0 ? undefined : this.#flights.get(key);
    if (running !== undefined) {
      // A copy, because the same call may join twice.
      const call = { ...queueKeysOf(context) };
      running.context.join(call);
      return this.#wait(key, running, call, context);
    }
    const shared = new SharedContext(context);
    const verdict = this.#scope.runInAsyncScope(ask, undefined, shared);
    if (!(verdict instanceof Promise)) return verdict;
    const flight: Flight = { context: shared, verdict };
    this.#flights.set(key, flight);
    const settled = (): void => this.#forget(key, flight);
    verdict.then(settled, settled);
    return this.#wait(key, flight, shared.queueKeys, context);
  }

  /** Later calls start a verification of their own: those that are running began too early. */
  detach(): void {
    this.#flights.clear();
  }

  #wait(
    key: string,
    flight: Flight,
    call: QueueKeys,
    context: AuthenticationContext,
  ): Promise<Verdict<object>> {
    return raceWithAbort<Verdict<object>>(flight.verdict, context, (resolve) => {
      if (flight.context.leave(call)) {
        this.#forget(key, flight);
        flight.context.abort();
      }
      resolve(new AuthError('unavailable', 'timeout'));
    });
  }

  #forget(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
