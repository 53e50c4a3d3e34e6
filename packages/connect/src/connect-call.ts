import {
  Code,
  ConnectError,
  type ContextKey,
  type ContextValues,
  createContextKey,
  type HandlerContext,
  type Interceptor,
} from '@connectrpc/connect';
import type {
  AuthError,
  Credentials,
  GateOutcome,
  TransportCall,
} from '@grpc-authn/core/authenticator';
import { CallEnd } from './call-end.ts';
import { type ConnectSettings, internalError } from './connect-settings.ts';
import { handlerError, refusalError } from './refusal-error.ts';
import { type Transport, transportOf } from './transport.ts';

type Next = ReturnType<Interceptor>;
type Request = Parameters<Next>[0];
type Response = Awaited<ReturnType<Next>>;

const CALL: ContextKey<ConnectCall | undefined> = createContextKey<ConnectCall | undefined>(
  undefined,
  { description: 'grpc-authn call' },
);

/** Undefined for a call that requestGate never saw. */
export function callOf(values: ContextValues): ConnectCall | undefined {
  return values.get(CALL);
}

const GUARDED = Symbol('grpc-authn guarded');

/** One call of Connect, bound to the guard: from requestGate, through the interceptor, to its end. */
export class ConnectCall implements TransportCall {
  readonly settings: ConnectSettings;
  readonly method: string;
  readonly streaming: boolean;
  readonly #context: HandlerContext;
  readonly #transport: Transport | undefined;
  readonly #end = new CallEnd();
  #outcome: GateOutcome | undefined;
  /** Aborts the handler; undefined until the interceptor has the call. */
  #handler: AbortController | undefined;

  constructor(settings: ConnectSettings, context: HandlerContext) {
    this.settings = settings;
    this.method = `/${context.service.typeName}/${context.method.name}`;
    this.streaming = context.method.methodKind !== 'unary';
    this.#context = context;
    this.#transport = transportOf(context.values);
  }

  // ── the call, as the guard sees it ──────────────────────────────────────────────────────────────

  get credentials(): Credentials | AuthError | undefined {
    return this.settings.guard.credentialsFrom((name) => this.header(name));
  }

  get peer(): NonNullable<TransportCall['peer']> {
    // undefined without contextValues, which the type of an optional getter cannot say.
    return this.#transport?.peer as NonNullable<TransportCall['peer']>;
  }

  /** Connect answers calls of other methods by itself. */
  get methodKnown(): true {
    return true;
  }

  get authority(): string {
    return new URL(this.#context.url).host;
  }

  get traceparent(): string {
    return this.header('traceparent') as string;
  }

  header(name: string): string | undefined {
    return this.#context.requestHeader.get(name) ?? undefined;
  }

  get deadlineEpochMs(): number {
    const remainingMs = this.#context.timeoutMs();
    return remainingMs === undefined
      ? Number.POSITIVE_INFINITY
      : this.settings.nowMs() + remainingMs;
  }

  end(refusal: AuthError): void {
    const error = refusalError(this.settings.guard.describe(refusal, this, 'running'));
    if (this.#transport?.holdsResponse === true) {
      this.#context.responseHeader.set('connection', 'close');
    }
    this.#handler?.abort(error);
    this.#end.end(error);
  }

  // ── requestGate ─────────────────────────────────────────────────────────────────────────────────

  /** @throws ConnectError if the call is refused. */
  decide(): void | Promise<void> {
    const { values } = this.#context;
    const decided = callOf(values);
    if (decided !== undefined) this.#replace(decided);
    values.set(CALL, this);
    if (this.#transport === undefined) this.settings.warnings.emit('GRPC_AUTHN_UNKNOWN_PEER');
    const outcome = this.settings.guard.begin(this);
    if (!(outcome instanceof Promise)) return this.#conclude(outcome);
    const late = this.#decideLate(outcome);
    // Where a gate of the user does not await it, the interceptor refuses the call, and no rejection ends the process.
    late.catch(() => undefined);
    return late;
  }

  /** As with two interceptors of grpc-js: the second decision finds no credentials. */
  #replace(decided: ConnectCall): void {
    if (decided.#context !== this.#context) {
      throw internalError(this.settings, 'GRPC_AUTHN_SHARED_CONTEXT');
    }
    this.settings.warnings.emit('GRPC_AUTHN_TWO_GATES');
  }

  async #decideLate(outcome: Promise<GateOutcome>): Promise<void> {
    const { signal } = this.#context;
    const finish = (): void => this.settings.guard.finish(this);
    if (signal.aborted) finish();
    signal.addEventListener('abort', finish, { once: true });
    try {
      this.#conclude(await outcome);
    } finally {
      signal.removeEventListener('abort', finish);
    }
  }

  #conclude(outcome: GateOutcome): void {
    // Its token was revoked when it had just been admitted.
    if (this.#end.error !== undefined) throw this.#end.error;
    const { guard, hidden } = this.settings;
    const { signal } = this.#context;
    if (signal.aborted) {
      guard.finish(this);
      throw abortionOf(signal);
    }
    if (outcome.refusal !== undefined) {
      throw refusalError(guard.describe(outcome.refusal, this, 'admission'));
    }
    // A message that cannot be parsed, or a gate of the user, may end the call before the interceptor has it.
    signal.addEventListener('abort', () => this.#handler ?? guard.finish(this), { once: true });
    this.#outcome = outcome;
    for (const header of hidden) this.#context.requestHeader.delete(header);
    // Connect reads it when it copies the context for the handler, after the interceptors.
    Object.defineProperty(this.#context, GUARDED, {
      configurable: true,
      enumerable: true,
      get: (): true => this.#checkGuarded(),
    });
  }

  #checkGuarded(): true {
    if (this.#handler !== undefined) return true;
    throw internalError(this.settings, 'GRPC_AUTHN_NOT_GUARDED');
  }

  // ── interceptor ─────────────────────────────────────────────────────────────────────────────────

  async run(next: Next, request: Request): Promise<Response> {
    if (this.#outcome === undefined || this.#handler !== undefined) {
      throw internalError(this.settings, 'GRPC_AUTHN_NOT_ADMITTED');
    }
    if (this.#context.signal.aborted) throw abortionOf(this.#context.signal);
    const signal = this.#handlerSignal(request.signal);
    const guarded = request.stream
      ? { ...request, signal, message: this.#end.guard(request.message) }
      : { ...request, signal };
    let response: Response;
    try {
      response = await this.#end.race(() => next(guarded));
    } catch (error) {
      this.settings.guard.finish(this);
      throw handlerError(error);
    }
    if (response.stream) return { ...response, message: this.#guardResponse(response.message) };
    this.settings.guard.finish(this);
    return response;
  }

  /** Aborted with the signal of Connect, and when the guard ends the call. */
  #handlerSignal(signal: AbortSignal): AbortSignal {
    const handler = new AbortController();
    this.#handler = handler;
    const onAbort = (): void => {
      handler.abort(signal.reason);
      // After a deadline or at a shutdown the call may still send, so its token matters until it ends.
      if (this.#transport?.isGone === true) this.settings.guard.finish(this);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return handler.signal;
  }

  async *#guardResponse<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* this.#end.guard(messages);
    } catch (error) {
      throw handlerError(error);
    } finally {
      this.settings.guard.finish(this);
    }
  }

  /** How the call was admitted; undefined if it was not. */
  get admitted(): GateOutcome | undefined {
    return this.#outcome;
  }
}

/** Its caller disconnected, its deadline passed or the server shuts down, before it was decided. */
function abortionOf({ reason }: AbortSignal): ConnectError {
  return reason instanceof ConnectError
    ? reason
    : new ConnectError('The call ended before it was admitted', Code.Unavailable);
}
