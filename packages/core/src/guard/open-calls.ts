import type { Authenticator, AuthenticatorEvent } from '../contract/authenticator.ts';
import type { Clock } from '../contract/clock.ts';
import type { Principal } from '../contract/principal.ts';
import { Link, LinkedList } from '../queue/linked-list.ts';

type Revocation = Extract<AuthenticatorEvent, { type: 'revoked' }>;

/** A call that was allowed, and has not ended. */
export interface OpenCall {
  readonly caller: Principal<object> | undefined;
  /** Its link in the list of open calls; undefined while it is not in the list. Set by OpenCalls. */
  place: Link<OpenCall> | undefined;
  /** Never throws. */
  revoke(): void;
}

/** A verification that began before a revocation may end after it, so revocations are remembered. */
const REMEMBERED_MS = 660_000;
const MAX_REMEMBERED = 1024;

/** Ends the open calls whose callers are revoked, and says which callers were revoked during a decision. */
export class OpenCalls {
  readonly #clock: Clock;
  readonly #open = new LinkedList<OpenCall>();
  readonly #listens: boolean;
  readonly #recent: {
    readonly number: number;
    readonly atMs: number;
    readonly event: Revocation;
  }[] = [];
  #revocations = 0;

  constructor(authenticator: Authenticator<object>, clock: Clock) {
    this.#clock = clock;
    // Without events no call needs to be remembered.
    this.#listens = typeof authenticator.subscribe === 'function';
    authenticator.subscribe?.((event) => {
      if (event.type === 'revoked') this.#revoke(event);
    });
  }

  /** How many revocations there have been: noted when a call begins. */
  get revocations(): number {
    return this.#revocations;
  }

  add(call: OpenCall): void {
    if (!this.#listens || call.place !== undefined) return;
    call.place = new Link(call);
    this.#open.append(call.place);
  }

  remove(call: OpenCall): void {
    if (call.place === undefined) return;
    this.#open.remove(call.place);
    call.place = undefined;
  }

  /** True if the caller was revoked after the call began: its verification may have been too early. */
  revokedSince(noted: number, caller: Principal<object>): boolean {
    if (noted === this.#revocations) return false;
    const oldest = this.#recent[0]?.number ?? this.#revocations + 1;
    // A revocation that is no longer remembered may have matched.
    if (noted + 1 < oldest) return true;
    return this.#recent.some(({ number, event }) => number > noted && matches(event, caller));
  }

  #revoke(event: Revocation): void {
    this.#revocations += 1;
    const atMs = this.#clock.nowMs();
    this.#recent.push({ number: this.#revocations, atMs, event });
    while (
      this.#recent.length > MAX_REMEMBERED ||
      (this.#recent[0]?.atMs ?? atMs) < atMs - REMEMBERED_MS
    ) {
      this.#recent.shift();
    }
    // A copy, because a revoked call leaves the list, and its handler may end others.
    for (const call of this.#open.toArray()) {
      if (call.caller !== undefined && matches(event, call.caller)) call.revoke();
    }
  }
}

/** An event whose function throws may mean anybody. */
function matches(event: Revocation, caller: Principal<object>): boolean {
  try {
    return event.matches(caller);
  } catch {
    return true;
  }
}
