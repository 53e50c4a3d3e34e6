import {
  type Metadata,
  ServerInterceptingCall,
  type ServerMethodDefinition,
  status as Status,
} from '@grpc/grpc-js';
import type { AuthenticationContext } from '../contract/authenticator.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { Decided, DryRunObserver } from '../gate/gate.ts';
import { effectiveRule, type Rule } from '../policy/rule.ts';
import { currentAuthInfo } from './current-principal.ts';
import type { Decision } from './decision.ts';
import { bug, readCredentials } from './extraction.ts';
import type { InterceptorSettings } from './interceptor-options.ts';
import { endAt, endOfStream } from './lifetime.ts';
import type { OpenCall } from './open-calls.ts';
import { setAuthInfo, type CallAuthInfo } from '../contract/call-auth-info.ts';
import { recordDecision } from './record-decision.ts';

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
 * Nothing is passed on in either direction once the call is `#over`: a handler that writes after its
 * stream was ended would else leave the client waiting. It is the transport of the gate too: method,
 * peer, authority, and a signal that is made only when asked for.
 */
export class GuardedCall
  extends ServerInterceptingCall
  implements AuthenticationContext, DryRunObserver, OpenCall
{
  readonly #settings: InterceptorSettings;
  readonly #rule: Rule;
  readonly #inner: InnerCall;
  readonly #streaming: boolean;
  readonly #startedMs: number;
  readonly method: string;
  #listener: Listener | undefined;
  #controller: AbortController | undefined;
  #wouldRefuse: AuthError | undefined;
  #mark: CallAuthInfo | undefined;
  #cancelTimer: (() => void) | undefined;
  #revocations = 0;
  #decided = false;
  #over = false;

  constructor(
    settings: InterceptorSettings,
    rule: Rule,
    method: ServerMethodDefinition<unknown, unknown>,
    inner: InnerCall,
  ) {
    super(inner);
    this.#settings = settings;
    this.#rule = rule;
    this.#inner = inner;
    this.#streaming = method.requestStream || method.responseStream;
    this.method = method.path;
    this.#startedMs = settings.onDecision === undefined ? 0 : settings.clock.nowMs();
  }

  // ── the transport, as the gate sees it ──────────────────────────────────────────────────────────

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
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
        // Undefined where there is none, which the type of an optional getter cannot say.
        return inner.getAuthContext().sslPeerCertificate?.raw as Uint8Array;
      },
    };
  }

  // ── inbound: from grpc-js to the handler ────────────────────────────────────────────────────────

  override start(listener: Listener): void {
    this.#listener = listener;
    this.#inner.start(this);
  }

  onReceiveMetadata(metadata: Metadata): void {
    if (this.#over) return;
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
    if (!this.#over) this.#pass(passMessage, message);
  }

  onReceiveHalfClose(): void {
    if (!this.#over) this.#pass(passHalfClose, undefined);
  }

  /** Comes at the end of every call, a good one too. */
  onCancel(): void {
    if (!this.#decided) this.#record('cancelled', undefined);
    this.#finish();
    this.#tellCancelled();
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
      const { gate, openCalls } = this.#settings;
      this.#revocations = openCalls.revocations;
      if (effectiveRule(this.#rule, this.method).kind === 'deny') {
        return gate.decide(this.#rule, undefined, this);
      }
      const credentials = readCredentials(this.#settings.extractor, metadata);
      if (AuthError.is(credentials)) return credentials;
      return gate.decide(this.#rule, credentials, this, this);
    } catch (fault) {
      return bug(fault);
    }
  }

  wouldRefuse(error: AuthError): void {
    this.#wouldRefuse = error;
  }

  #conclude(decided: Decided, metadata: Metadata): void {
    if (this.#over) return;
    if (decided !== undefined && !isPrincipal(decided)) return this.#refuse(decided);
    const { root, hidden, openCalls } = this.#settings;
    if (decided !== undefined && openCalls.revokedSince(this.#revocations, decided)) {
      return this.#refuse(new AuthError('invalid_token', 'revoked'));
    }
    this.#mark = { principal: decided, root };
    setAuthInfo(metadata, this.#mark);
    for (const header of hidden) metadata.remove(header);
    openCalls.add(this);
    this.#record(this.#wouldRefuse === undefined ? 'allowed' : 'would_refuse', this.#wouldRefuse);
    // Whoever is told of the decision may have revoked the caller.
    if (this.#over) return;
    if (this.#streaming && decided !== undefined) this.#limitLifetime(decided);
    // A caller whose time was over already has no listener any more.
    this.#pass(passMetadata, metadata);
  }

  #refuse(error: AuthError): void {
    this.#record('refused', error);
    this.#finish();
    this.#sendRefusal(error);
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────

  get caller(): Principal<object> | undefined {
    return this.#mark?.principal;
  }

  revoke(): void {
    this.#terminate('revoked', new AuthError('invalid_token', 'revoked'));
  }

  #limitLifetime(principal: Principal<object>): void {
    const { streams, clock } = this.#settings;
    if (!streams.endAtExpiry) return;
    const endMs = endOfStream(principal, streams, clock.nowMs());
    this.#cancelTimer = endAt(endMs, clock, () => {
      const expired = new AuthError('invalid_token', 'expired', { tokenExpired: true });
      this.#terminate('expired', expired);
    });
  }

  /** The handler is told at once: grpc-js would tell it only when a slow reader has read on. */
  #terminate(outcome: 'expired' | 'revoked', error: AuthError): void {
    // A clock may fire a timer that was cancelled.
    if (this.#over) return;
    // First of all: whoever is told may revoke the caller, and the call with it, once more.
    this.#finish();
    this.#record(outcome, error);
    this.#sendRefusal(error);
    this.#tellCancelled();
  }

  #sendRefusal(error: AuthError): void {
    // grpc-js throws on a status that it cannot encode; a refusal is sent all the same.
    try {
      this.#inner.sendStatus(this.#settings.statuses.statusOf(error));
    } catch {
      this.#inner.sendStatus(LAST_RESORT);
    }
  }

  #finish(): void {
    this.#over = true;
    this.#settings.openCalls.remove(this);
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#controller?.abort();
  }

  #tellCancelled(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#pass(passCancel, undefined, listener);
  }

  /** Each event of the handler runs in the call's async context, where that was asked for. */
  #pass<T>(
    event: (listener: Listener, value: T) => void,
    value: T,
    listener = this.#listener,
  ): void {
    if (listener === undefined) return;
    if (this.#settings.asyncContext) {
      currentAuthInfo.run(this.#mark, event, listener, value);
    } else {
      event(listener, value);
    }
  }

  #record(outcome: Decision['outcome'], error: AuthError | undefined): void {
    const { onDecision, clock } = this.#settings;
    this.#decided = true;
    if (onDecision === undefined) return;
    recordDecision(onDecision, {
      outcome,
      method: this.method,
      peer: this.#inner.getPeer(),
      rule: this.#rule.description,
      error,
      principal: this.#mark?.principal,
      durationMs: clock.nowMs() - this.#startedMs,
    });
  }
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
