import {
  type Metadata,
  ServerInterceptingCall,
  type ServerMethodDefinition,
  status as Status,
} from '@grpc/grpc-js';
import type { Authenticator, Credentials } from '../contract/authenticator.ts';
import { type CallAuthInfo, setAuthInfo } from '../contract/call-auth-info.ts';
import type { Clock } from '../contract/clock.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { CallGuard, GateOutcome } from '../guard/call-guard.ts';
import { addPlaceForState } from '../guard/call-states.ts';
import type { TransportCall } from '../gate/transport-call.ts';
import { withoutAdmissionStage } from '../refusal/relayed-details.ts';
import { currentAuthInfo } from './current-principal.ts';
import type { GrpcSettings } from './interceptor-options.ts';
import { statusOfRefusal } from './status.ts';

export type InnerCall = ConstructorParameters<typeof ServerInterceptingCall>[0];
type Listener = Parameters<InnerCall['start']>[0];
type PartialStatus = Parameters<InnerCall['sendStatus']>[0];

export interface GuardedCallSettings extends GrpcSettings {
  readonly guard: CallGuard;
  readonly root: Authenticator<object>;
  readonly clock: Clock;
}

/** Sent if not even the refusal's own status can be. */
const LAST_RESORT = { code: Status.INTERNAL, details: 'Internal error', metadata: null };

const PUBLIC: CallAuthInfo = Object.freeze({ principal: undefined, root: undefined, public: true });

/**
 * One call of grpc-js, bound to the guard. grpc-js's side is `#inner`, the handler's is `#listener`; it
 * is the call that the handler sees, the listener that grpc-js calls and the TransportCall of the guard,
 * so that a call costs one object.
 *
 * Nothing is passed on in either direction once the call has ended: a handler that writes after its
 * stream was ended would leave the client waiting.
 */
export class GuardedCall extends ServerInterceptingCall implements TransportCall {
  readonly #settings: GuardedCallSettings;
  readonly #inner: InnerCall;
  readonly method: string;
  readonly streaming: boolean;
  #metadata: Metadata | undefined;
  #listener: Listener | undefined;
  #info: CallAuthInfo | undefined;
  #peer: { readonly address: string; readonly certificate?: Uint8Array } | undefined;
  /** What the handler waits for: a message to be sent. It refers to the messages that the handler has buffered. */
  #onSent: (() => void) | undefined;
  #ended = false;
  /** The handler answers with one message, so that it ends with it. */
  readonly #answersOnce: boolean;

  constructor(
    settings: GuardedCallSettings,
    method: ServerMethodDefinition<unknown, unknown>,
    inner: InnerCall,
  ) {
    super(inner);
    this.#settings = settings;
    this.#inner = inner;
    this.method = method.path;
    this.streaming = method.requestStream || method.responseStream;
    addPlaceForState(this);
    this.#answersOnce = !method.responseStream;
  }

  // ── the call, as the guard sees it ──────────────────────────────────────────────────────────────

  get credentials(): Credentials | AuthError | undefined {
    return this.#metadata && this.#settings.extract(this.#metadata);
  }

  get peer(): { readonly address: string; readonly certificate?: Uint8Array } {
    return (this.#peer ??= new Peer(this.#inner));
  }

  /** grpc-js answers calls of other methods by itself. */
  get methodKnown(): true {
    return true;
  }

  get authority(): string {
    return this.#inner.getHost();
  }

  get traceparent(): string {
    // undefined if there is none, as for the certificate.
    return this.header('traceparent') as string;
  }

  header(name: string): string | undefined {
    const [value] = this.#metadata?.get(name) ?? [];
    return typeof value === 'string' ? value : undefined;
  }

  /** grpc-js counts by the system's clock, the guard by its own. */
  get deadlineEpochMs(): number {
    const deadline = Number(this.#inner.getDeadline());
    return deadline === Number.POSITIVE_INFINITY
      ? deadline
      : deadline - Date.now() + this.#settings.clock.nowMs();
  }

  /** The handler is notified at once: grpc-js would do so only when a slow reader has read on. */
  end(refusal: AuthError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sendRefusal(refusal, 'running');
    this.#notifyCancelled();
  }

  // ── inbound: from grpc-js to the handler ────────────────────────────────────────────────────────

  override start(listener: Listener): void {
    this.#listener = listener;
    this.#inner.start(this);
  }

  onReceiveMetadata(metadata: Metadata): void {
    if (this.#ended) return;
    this.#metadata = metadata;
    const outcome = this.#settings.guard.begin(this);
    if (outcome instanceof Promise) void this.#concludeLate(outcome, metadata);
    else this.#conclude(outcome, metadata);
  }

  async #concludeLate(outcome: Promise<GateOutcome>, metadata: Metadata): Promise<void> {
    this.#conclude(await outcome, metadata);
  }

  #conclude(outcome: GateOutcome, metadata: Metadata): void {
    // Ended by the guard, or cancelled by the client, meanwhile.
    if (this.#ended) return;
    if (outcome.refusal !== undefined) {
      this.#ended = true;
      this.#sendRefusal(outcome.refusal, 'admission');
      return;
    }
    const { root, hidden } = this.#settings;
    this.#info = outcome.public
      ? PUBLIC
      : { principal: outcome.principal, root, callId: outcome.callId };
    setAuthInfo(metadata, this.#info);
    for (const header of hidden) metadata.remove(header);
    this.#pass(passMetadata, metadata);
  }

  onReceiveMessage(message: unknown): void {
    if (!this.#ended) this.#pass(passMessage, message);
  }

  onReceiveHalfClose(): void {
    if (!this.#ended) this.#pass(passHalfClose, undefined);
  }

  /** Comes at the end of every call, a good one too. */
  onCancel(): void {
    this.#ended = true;
    this.#settings.guard.finish(this);
    this.#notifyCancelled();
  }

  // ── outbound: from the handler to grpc-js ───────────────────────────────────────────────────────

  override sendMetadata(metadata: Metadata): void {
    if (!this.#ended) this.#inner.sendMetadata(metadata);
  }

  /**
   * grpc-js calls back when the client has read on, which may be never. What it then refers to must not contain
   * the buffer of the handler's stream, 16 messages by default.
   */
  override sendMessage(message: unknown, callback: () => void): void {
    if (this.#ended) {
      if (this.#answersOnce) this.#settings.guard.finish(this, 'server');
      return;
    }
    // A handler sends one message at a time; another interceptor may not.
    if (this.#onSent !== undefined) return this.#inner.sendMessage(message, callback);
    this.#onSent = callback;
    this.#inner.sendMessage(message, () => {
      const onSent = this.#onSent;
      this.#onSent = undefined;
      onSent?.();
    });
  }

  override sendStatus(status: PartialStatus): void {
    if (this.#ended) this.#settings.guard.finish(this, 'server');
    else this.#inner.sendStatus(withRunningStage(status));
  }

  override startRead(): void {
    if (!this.#ended) this.#inner.startRead();
  }

  #sendRefusal(error: AuthError, stage: 'admission' | 'running'): void {
    // grpc-js throws on a status that it cannot encode; the call is refused anyway.
    try {
      this.#inner.sendStatus(statusOfRefusal(this.#settings.guard.describe(error, this, stage)));
    } catch {
      this.#inner.sendStatus(LAST_RESORT);
    }
  }

  #notifyCancelled(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#onSent = undefined;
    this.#pass(passCancel, undefined, listener);
  }

  /** Each event of the handler runs in the call's async context, if that was asked for. */
  #pass<T>(
    event: (listener: Listener, value: T) => void,
    value: T,
    listener = this.#listener,
  ): void {
    if (listener === undefined) return;
    if (this.#settings.asyncContext) currentAuthInfo.run(this.#info, event, listener, value);
    else event(listener, value);
  }
}

/** A caller. Its address is the same in the queues and in the record, even after it has disconnected. */
class Peer {
  readonly address: string;
  readonly #call: InnerCall;

  constructor(call: InnerCall) {
    this.address = call.getPeer();
    this.#call = call;
  }

  /** Costs some 40 µs on mutual TLS, so it is read only when an authenticator asks for it. */
  get certificate(): Uint8Array {
    // undefined if there is none, which the type of an optional getter cannot say.
    return this.#call.getAuthContext().sslPeerCertificate?.raw as Uint8Array;
  }
}

/** A handler may relay the refusal of another service: its own caller must not take it for admission. */
function withRunningStage(status: PartialStatus): PartialStatus {
  const [details] = status.metadata?.get('grpc-status-details-bin') ?? [];
  if (!(details instanceof Uint8Array)) return status;
  const running = withoutAdmissionStage(details);
  if (running === details) return status;
  const metadata = status.metadata?.clone() ?? null;
  metadata?.set('grpc-status-details-bin', Buffer.from(running));
  return { ...status, metadata };
}

function passMetadata(listener: Listener, metadata: Metadata): void {
  listener.onReceiveMetadata(metadata);
}

function passMessage(listener: Listener, message: unknown): void {
  listener.onReceiveMessage(message);
}

function passHalfClose(listener: Listener): void {
  listener.onReceiveHalfClose();
}

function passCancel(listener: Listener): void {
  listener.onCancel();
}
