import type { TransportCall } from '../gate/transport-call.ts';
import type { CallState } from './call-state.ts';

const STATE: unique symbol = Symbol('grpc-authn.call-state');
const OWNER: unique symbol = Symbol('grpc-authn.call-state-owner');

interface WithPlace {
  [STATE]: CallState | undefined;
  [OWNER]: CallStates | undefined;
}

/** For the constructor of a call: the state of the first guard that begins it is stored in the call itself. */
export function addPlaceForState(call: TransportCall): void {
  const place = call as TransportCall & WithPlace;
  place[STATE] = undefined;
  place[OWNER] = undefined;
}

/**
 * The states of the calls of one guard, which never sees those of another guard. A WeakMap with an entry for each
 * waiting call costs time in each collection.
 */
export class CallStates {
  readonly #others = new WeakMap<TransportCall, CallState>();

  get(call: (TransportCall & Partial<WithPlace>) | undefined): CallState | undefined {
    if (call?.[OWNER] === this) return call[STATE];
    return call && this.#others.get(call);
  }

  set(call: TransportCall & Partial<WithPlace>, state: CallState): void {
    if (OWNER in call && call[OWNER] === undefined) {
      call[OWNER] = this;
      call[STATE] = state;
    } else this.#others.set(call, state);
  }
}
