import type { Authenticator, AuthenticatorEvent } from '../contract/authenticator.ts';
import type { Clock } from '../contract/clock.ts';
import type { Principal } from '../contract/principal.ts';

type Revocation = Extract<AuthenticatorEvent, { type: 'revoked' }>;

/** A call that passed, and has not ended. */
export interface OpenCall {
  readonly caller: Principal<object> | undefined;
  revoke(): void;
}

/** A verification that began before a revocation may end after it, so it is remembered for so long. */
const REMEMBERED_MS = 660_000;
const MOST_REMEMBERED = 1024;

/** Ends the calls whose callers an authenticator revokes, and those that it was about to let in. */
export class OpenCalls {
  readonly #clock: Clock;
  readonly #open = new Set<OpenCall>();
  readonly #heard: boolean;
  readonly #recent: {
    readonly number: number;
    readonly atMs: number;
    readonly event: Revocation;
  }[] = [];
  #revocations = 0;

  constructor(authenticator: Authenticator<object>, clock: Clock) {
    this.#clock = clock;
    // An authenticator that never revokes costs its calls nothing.
    this.#heard = typeof authenticator.subscribe === 'function';
    authenticator.subscribe?.((event) => {
      if (event.type === 'revoked') this.#hear(event);
    });
  }

  /** How many revocations there were: noted when a call begins. */
  get revocations(): number {
    return this.#revocations;
  }

  add(call: OpenCall): void {
    if (this.#heard) this.#open.add(call);
  }

  remove(call: OpenCall): void {
    this.#open.delete(call);
  }

  /** True where the caller was revoked after the call began: what vouched for it began too early. */
  revokedSince(noted: number, caller: Principal<object>): boolean {
    if (noted === this.#revocations) return false;
    const oldest = this.#recent[0]?.number ?? this.#revocations + 1;
    // What was forgotten may have meant this caller.
    if (noted + 1 < oldest) return true;
    return this.#recent.some(({ number, event }) => number > noted && matches(event, caller));
  }

  #hear(event: Revocation): void {
    this.#revocations += 1;
    const atMs = this.#clock.nowMs();
    this.#recent.push({ number: this.#revocations, atMs, event });
    while (
      this.#recent.length > MOST_REMEMBERED ||
      (this.#recent[0]?.atMs ?? atMs) < atMs - REMEMBERED_MS
    ) {
      this.#recent.shift();
    }
    for (const call of this.#open) {
      if (call.caller === undefined || !matches(event, call.caller)) continue;
      try {
        call.revoke();
      } catch (fault) {
        // One handler's fault, told as it would be without us, spares no other call.
        queueMicrotask(() => {
          throw fault;
        });
      }
    }
  }
}

/** An event that fails to say whom it means may mean anybody. */
function matches(event: Revocation, caller: Principal<object>): boolean {
  try {
    return event.matches(caller);
  } catch {
    return true;
  }
}
