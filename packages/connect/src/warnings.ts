export type WarningCode =
  | 'GRPC_AUTHN_NOT_ADMITTED'
  | 'GRPC_AUTHN_NOT_GUARDED'
  | 'GRPC_AUTHN_SHARED_CONTEXT'
  | 'GRPC_AUTHN_TWO_GATES'
  | 'GRPC_AUTHN_UNKNOWN_PEER';

const WARNINGS: Readonly<Record<WarningCode, string>> = {
  GRPC_AUTHN_NOT_ADMITTED:
    'a call reached the interceptor that requestGate did not decide, so it was refused: pass both auth.requestGate and ' +
    'auth.interceptor of one createConnectAuth() to the adapter, each once, with Connect 2.2 or later',
  GRPC_AUTHN_NOT_GUARDED:
    'a call would have reached its handler without the interceptor, so it was refused: pass `interceptors: [auth.interceptor]` ' +
    'to the adapter',
  GRPC_AUTHN_SHARED_CONTEXT:
    'requestGate received the context values of another call, whose caller it would see, so the call was refused: ' +
    'return new values for each call from contextValues()',
  GRPC_AUTHN_TWO_GATES:
    'two gates decided a call, of which the second finds no credentials: pass one requestGate, once',
  GRPC_AUTHN_UNKNOWN_PEER:
    'the peer of a call is unknown, so all callers share one place in the limits: pass ' +
    '`contextValues: auth.contextValues` to the adapter',
};

/** Emits each warning once, for the operator: the caller learns nothing about it. */
export class Warnings {
  readonly #emitted = new Set<WarningCode>();

  emit(code: WarningCode): void {
    if (this.#emitted.has(code)) return;
    this.#emitted.add(code);
    process.emitWarning(WARNINGS[code], { code });
  }
}
