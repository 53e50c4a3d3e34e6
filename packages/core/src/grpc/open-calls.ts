import type { Authenticator, AuthenticatorEvent } from '../contract/authenticator.ts';
import type { Principal } from '../contract/principal.ts';

/** A call that passed, and has not ended. */
export interface OpenCall {
  readonly caller: Principal<object> | undefined;
  revoke(): void;
}

/** Ends the calls whose callers an authenticator revokes. */
export class OpenCalls {
  readonly #open = new Set<OpenCall>();
  readonly #heard: boolean;

  constructor(authenticator: Authenticator<object>) {
    // An authenticator that never revokes costs its calls nothing.
    this.#heard = typeof authenticator.subscribe === 'function';
    authenticator.subscribe?.((event) => this.#hear(event));
  }

  add(call: OpenCall): void {
    if (this.#heard) this.#open.add(call);
  }

  remove(call: OpenCall): void {
    if (this.#heard) this.#open.delete(call);
  }

  #hear(event: AuthenticatorEvent): void {
    if (event.type !== 'revoked') return;
    for (const call of this.#open) {
      if (call.caller !== undefined && matches(event, call.caller)) call.revoke();
    }
  }
}

/** An event that fails to say whom it means may mean anybody. */
function matches(
  event: Extract<AuthenticatorEvent, { type: 'revoked' }>,
  caller: Principal<object>,
): boolean {
  try {
    return event.matches(caller);
  } catch {
    return true;
  }
}
