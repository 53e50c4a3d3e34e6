import {
  type Metadata,
  ServerInterceptingCall,
  type ServerMethodDefinition,
  status as Status,
} from '@grpc/grpc-js';
import type { AuthenticationContext, Credentials } from '../contract/authenticator.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import { isThenable } from '../contract/thenable.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { Decided } from '../gate/gate.ts';
import type { Decision } from './decision.ts';
import type { InterceptorSettings } from './interceptor-options.ts';
import { leaveMark } from './principal-access.ts';

export type InnerCall = ConstructorParameters<typeof ServerInterceptingCall>[0];
type Listener = Parameters<InnerCall['start']>[0];
type PartialStatus = Parameters<InnerCall['sendStatus']>[0];

/** What is sent where even the refusal's own status cannot be. */
const LAST_RESORT = { code: Status.INTERNAL, details: 'Internal error', metadata: null };

/**
 * One call on its way through: grpc-js's side is `#inner`, the handler's is `#listener`. It stands
 * on both, as the call that the handler starts and as the listener that grpc-js calls, so that a
 * call costs one object.
 *
 * Nothing is passed on in either direction once the call is `#over`. It is the transport of the
 * gate too: method, peer, authority, and a signal that is made only when asked for.
 */
export class GuardedCall extends ServerInterceptingCall implements AuthenticationContext {
  readonly #settings: InterceptorSettings;
  readonly #inner: InnerCall;
  readonly #startedMs: number;
  readonly method: string;
  #listener: Listener | undefined;
  #controller: AbortController | undefined;
  #decided = false;
  #over = false;

  constructor(
    settings: InterceptorSettings,
    method: ServerMethodDefinition<unknown, unknown>,
    inner: InnerCall,
  ) {
    super(inner);
    this.#settings = settings;
    this.#inner = inner;
    this.method = method.path;
    this.#startedMs = settings.onDecision === undefined ? 0 : settings.clock.nowMs();
  }

  // ── the transport, as the gate sees it ──────────────────────────────────────────────────────────

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#over) this.#controller.abort();
    return this.#controller.signal;
  }

  get authority(): string {
    return this.#inner.getHost();
  }

  get peer(): { readonly address: string; readonly certificate?: Uint8Array } {
    const inner = this.#inner;
    return {
      address: inner.getPeer(),
      /** Costs some 40 µs on mutual TLS, so it is read only where somebody asks. */
      get certificate(): Uint8Array {
        return inner.getAuthContext().sslPeerCertificate?.raw ?? new Uint8Array();
      },
    };
  }

  // ── inbound: from grpc-js to the handler ────────────────────────────────────────────────────────

  override start(listener: Listener): void {
    this.#listener = listener;
    this.#inner.start(this);
  }

  onReceiveMetadata(metadata: Metadata): void {
    const decided = this.#decide(metadata);
    if (decided instanceof Promise) {
      decided.then(
        (late) => this.#conclude(late, metadata),
        (fault: unknown) => this.#conclude(bug(fault), metadata),
      );
    } else {
      this.#conclude(decided, metadata);
    }
  }

  onReceiveMessage(message: unknown): void {
    if (!this.#over) this.#listener?.onReceiveMessage(message);
  }

  onReceiveHalfClose(): void {
    if (!this.#over) this.#listener?.onReceiveHalfClose();
  }

  /** Comes at the end of every call, a good one too. */
  onCancel(): void {
    if (!this.#decided) this.#record('cancelled', undefined, undefined);
    this.#over = true;
    this.#controller?.abort();
    this.#listener?.onCancel();
  }

  // ── outbound: from the handler to grpc-js ───────────────────────────────────────────────────────

  override sendMetadata(metadata: Metadata): void {
    if (!this.#over) this.#inner.sendMetadata(metadata);
  }

  override sendMessage(message: unknown, callback: () => void): void {
    if (!this.#over) this.#inner.sendMessage(message, callback);
  }

  override sendStatus(status: PartialStatus): void {
    if (!this.#over) this.#inner.sendStatus(status);
  }

  override startRead(): void {
    if (!this.#over) this.#inner.startRead();
  }

  // ── the decision ────────────────────────────────────────────────────────────────────────────────

  #decide(metadata: Metadata): Decided | Promise<Decided> {
    try {
      const credentials = this.#settings.extractor.extract(metadata);
      if (AuthError.is(credentials)) return credentials;
      if (credentials !== undefined && !isCredentials(credentials)) {
        return bug(
          new TypeError('the extractor gave neither credentials, an AuthError nor undefined'),
        );
      }
      return this.#settings.gate.decide(credentials, this);
    } catch (fault) {
      return bug(fault);
    }
  }

  #conclude(decided: Decided, metadata: Metadata): void {
    if (this.#over) return;
    if (decided !== undefined && !isPrincipal(decided)) return this.#refuse(decided);
    const { root, hidden } = this.#settings;
    leaveMark(metadata, { principal: decided, root });
    for (const header of hidden) metadata.remove(header);
    this.#record('allowed', undefined, decided);
    this.#listener?.onReceiveMetadata(metadata);
  }

  #refuse(error: AuthError): void {
    this.#record('refused', error, undefined);
    this.#over = true;
    // grpc-js throws on a status that it cannot encode; a refusal is sent all the same.
    try {
      this.#inner.sendStatus(this.#settings.statuses.statusOf(error));
    } catch {
      this.#inner.sendStatus(LAST_RESORT);
    }
  }

  #record(
    outcome: Decision['outcome'],
    error: AuthError | undefined,
    principal: Principal<object> | undefined,
  ): void {
    this.#decided = true;
    const { onDecision, clock } = this.#settings;
    if (onDecision === undefined) return;
    try {
      const told: unknown = onDecision({
        outcome,
        method: this.method,
        peer: this.#inner.getPeer(),
        rule: 'authenticated',
        error,
        principal,
        durationMs: clock.nowMs() - this.#startedMs,
      });
      // An audit log that fails must not decide calls, and there is nobody here to tell.
      if (isThenable(told)) told.then(undefined, () => undefined);
    } catch {
      // As above, at once.
    }
  }
}

function isCredentials(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { scheme, token } = value as Partial<Credentials>;
  return typeof scheme === 'string' && typeof token === 'string';
}

function bug(fault: unknown): AuthError {
  return new AuthError('internal', 'bug', { cause: fault });
}
