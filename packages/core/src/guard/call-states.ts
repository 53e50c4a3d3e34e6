import type { TransportCall } from '../gate/transport-call.ts';
import type { CallState } from './call-state.ts';

const STATE: unique symbol = Symbol('grpc-authn.call-state');

interface WithPlace {
  [STATE]: CallState | undefined;
}

/** For the constructor of a call that one guard only will see: its state is stored in the call itself. */
export function addPlaceForState(call: TransportCall): void {
  (call as TransportCall & WithPlace)[STATE] = undefined;
}

/** The states of the calls of one guard. A WeakMap with an entry for each waiting call costs time in each collection. */
export class CallStates {
  readonly #others = new WeakMap<TransportCall, CallState>();

  get(call: TransportCall): CallState | undefined {
    return hasPlace(call) ? call[STATE] : this.#others.get(call);
  }

  set(call: TransportCall, state: CallState): void {
    if (hasPlace(call)) call[STATE] = state;
    else this.#others.set(call, state);
  }
}

function hasPlace(call: TransportCall): call is TransportCall & WithPlace {
  return STATE in call;
}
