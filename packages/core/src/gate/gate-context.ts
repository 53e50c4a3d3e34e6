import { type Abortable, type AbortListener, AbortListeners } from '../contract/abort-race.ts';
import type { CacheObserver } from '../contract/channels.ts';
import type { AuthenticationContext } from '../contract/authenticator.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { Queueable, QueueKeys } from '../queue/queue-keys.ts';
import type { GateLimits } from './gate-limits.ts';
import type { TransportCall } from './transport-call.ts';

/**
 * What an authenticator sees of one call. No AbortSignal is created until an authenticator asks for
 * it: a waiting call needs none of its own.
 */
export class GateContext implements AuthenticationContext, Queueable, Abortable, CacheObserver {
  readonly #call: TransportCall;
  readonly #limits: GateLimits;
  #queueKeys: QueueKeys | undefined;
  #controller: AbortController | undefined;
  #abortedFor: Error | undefined;
  /** The wait for the verdict; it is notified last. */
  #wait: { onAbort(refusal: AuthError | undefined): void } | undefined;
  #listeners: AbortListeners | undefined;
  /** An authenticator was asked about the call. */
  asked = false;
  /** The verdict is from a cache; undefined if no cache was asked. */
  cached: boolean | undefined = undefined;

  constructor(call: TransportCall, limits: GateLimits) {
    this.#call = call;
    this.#limits = limits;
  }

  get method(): string {
    return this.#call.method;
  }

  get authority(): string {
    // undefined if the transport knows none, which the type of an optional getter cannot say.
    return this.#call.authority as string;
  }

  get peer(): { readonly address: string; readonly certificate?: Uint8Array } {
    return this.#call.peer ?? UNKNOWN_PEER;
  }

  /** Read only if the call waits. @throws what `limits.peerOf` throws. */
  get queueKeys(): QueueKeys {
    if (this.#queueKeys !== undefined) return this.#queueKeys;
    const { peerOf, maxWaiting, maxWaitingPerPeer } = this.#limits;
    const { peer } = this.#call;
    const connection = peer?.connection ?? peer?.address;
    return (this.#queueKeys = {
      peer: peerOf(this.#call),
      connection,
      maxWaiting,
      maxWaitingPerPeer,
    });
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#abortedFor !== undefined;
  }

  /** At most one: the wait for the verdict. */
  waitsFor(wait: { onAbort(refusal: AuthError | undefined): void } | undefined): void {
    this.#wait = wait;
  }

  addAbortListener(listener: AbortListener): void {
    this.#listeners ??= new AbortListeners();
    this.#listeners.add(listener);
  }

  removeAbortListener(listener: AbortListener): void {
    this.#listeners?.remove(listener);
  }

  /**
   * The call has ended, its time limit has passed, or there is no place to wait. The call is refused with
   * `refusal`, by default as timed out.
   */
  abort(reason: Error, refusal?: AuthError): void {
    if (this.#abortedFor !== undefined) return;
    this.#abortedFor = reason;
    this.#controller?.abort(reason);
    this.#listeners?.notify();
    this.#wait?.onAbort(refusal);
  }
}

const UNKNOWN_PEER = Object.freeze({ address: 'unknown' });
