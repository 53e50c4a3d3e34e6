import {
  type InterceptingListener,
  type InterceptorOptions,
  Metadata,
  type NextCall,
  status as Status,
  type StatusObject,
} from '@grpc/grpc-js';
import { readAuthFailure } from '@grpc-authn/core/client';
import type { AccessToken } from '../access-token.ts';
import type { TokenSource } from '../token-source.ts';
import type { CallInterface, MessageContext } from './call-interface.ts';
import { isPlaintextElsewhere } from './plaintext.ts';

export interface TokenCallOptions {
  readonly source: TokenSource;
  readonly retryExpired: boolean;
  readonly allowPlaintext: boolean;
}

type Listener = Partial<InterceptingListener>;

/** A message that is sent, or waits for the token. */
interface Sent {
  readonly context: MessageContext;
  readonly message: unknown;
}

/**
 * One call that waits for its token, is sent with it, and is sent once more if the token had expired. What the
 * client does meanwhile is repeated on the call that is made then.
 */
export class TokenCall implements CallInterface {
  readonly #options: TokenCallOptions;
  readonly #callOptions: InterceptorOptions;
  readonly #nextCall: NextCall;
  readonly #leaving = new AbortController();
  #inner: CallInterface;
  #isOpen = false;
  #hasEnded = false;
  #mayRepeat: boolean;
  #metadata = new Metadata();
  #listener: Listener = {};
  #messages: Sent[] = [];
  #reads = 0;
  #halfClosed = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TokenCallOptions, callOptions: InterceptorOptions, nextCall: NextCall) {
    this.#options = options;
    this.#callOptions = callOptions;
    this.#nextCall = nextCall;
    this.#inner = nextCall(callOptions);
    this.#mayRepeat = options.retryExpired && !callOptions.method_definition.requestStream;
  }

  start(metadata: Metadata, listener: Listener = {}): void {
    this.#metadata = metadata;
    this.#listener = listener;
    if (metadata.get('authorization').length > 0) {
      this.#mayRepeat = false;
      return this.#open(metadata, listener);
    }
    if (!this.#options.allowPlaintext && isPlaintextElsewhere(this.#inner)) {
      return this.#fail(
        Status.UNAUTHENTICATED,
        `the channel to ${this.#inner.getPeer()} is plaintext, so no token is sent; ` +
          "use TLS, or createTokenInterceptor(source, { channel: 'dangerously_plaintext' })",
      );
    }
    this.#watchDeadline();
    this.#getToken((token) => this.#send(token));
  }

  #getToken(use: (token: AccessToken) => void): void {
    this.#options.source.get({ signal: this.#leaving.signal }).then(
      (token) => {
        if (!this.#hasEnded) use(token);
      },
      (error: unknown) => {
        const why = error instanceof Error ? error.message : 'no access token';
        if (!this.#leaving.signal.aborted) this.#fail(Status.UNAVAILABLE, why);
      },
    );
  }

  #send(token: AccessToken): void {
    const metadata = this.#metadata.clone();
    metadata.set('authorization', `Bearer ${token.token}`);
    this.#open(metadata, this.#listenerFor(token));
  }

  /** Starts the call, and repeats on it what happened so far. */
  #open(metadata: Metadata, listener: Listener): void {
    clearTimeout(this.#deadline);
    this.#isOpen = true;
    this.#inner.start(metadata, listener);
    for (let read = 0; read < this.#reads; read += 1) this.#inner.startRead();
    for (const { context, message } of this.#messages) {
      this.#inner.sendMessageWithContext(context, message);
    }
    if (!this.#mayRepeat) this.#messages = [];
    if (this.#halfClosed) this.#inner.halfClose();
  }

  #listenerFor(sent: AccessToken): Listener {
    /** Before a failed status, grpc-js delivers null in place of the message of a unary call. */
    let heldNull = false;
    return {
      onReceiveMetadata: (metadata) => {
        // A refusal at admission has trailers only.
        this.#mayRepeat = false;
        this.#messages = [];
        this.#listener.onReceiveMetadata?.(metadata);
      },
      onReceiveMessage: (message) => {
        if (message === null && this.#mayRepeat) heldNull = true;
        else this.#listener.onReceiveMessage?.(message);
      },
      onReceiveStatus: (status) => {
        const end = (): void => {
          if (heldNull) this.#listener.onReceiveMessage?.(null);
          this.#end(status);
        };
        const failure = status.code === Status.OK ? undefined : readAuthFailure(status);
        const isRefused =
          failure?.reason === 'TOKEN_EXPIRED' || failure?.reason === 'TOKEN_INVALID';
        if (isRefused) this.#options.source.invalidate(sent);
        const isExpired = failure?.reason === 'TOKEN_EXPIRED' && failure.stage === 'admission';
        if (isExpired && this.#mayRepeat) this.#repeat(sent, end);
        else end();
      },
    };
  }

  /** Once, and only with a new token. */
  #repeat(sent: AccessToken, end: () => void): void {
    this.#mayRepeat = false;
    this.#isOpen = false;
    this.#watchDeadline();
    this.#getToken((token) => {
      if (token.token === sent.token) return end();
      this.#inner = this.#nextCall(this.#callOptions);
      this.#send(token);
    });
  }

  /** While the token is awaited, nothing else does. */
  #watchDeadline(): void {
    const { deadline } = this.#callOptions;
    if (deadline === undefined || deadline === Number.POSITIVE_INFINITY) return;
    const leftMs = Number(deadline) - Date.now();
    const end = (): void =>
      this.#fail(Status.DEADLINE_EXCEEDED, 'Deadline exceeded while waiting for a token');
    this.#deadline = setTimeout(end, Math.min(Math.max(0, leftMs), 2 ** 31 - 1));
  }

  #fail(code: Status, details: string): void {
    // It was never started, or has ended; this ends its timers.
    this.#inner.cancelWithStatus(code, details);
    // Not within the client's own call.
    queueMicrotask(() => this.#end({ code, details, metadata: new Metadata() }));
  }

  #end(status: StatusObject): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#deadline);
    this.#leaving.abort();
    this.#messages = [];
    this.#listener.onReceiveStatus?.(status);
  }

  cancelWithStatus(code: Status, details: string): void {
    if (this.#isOpen) return this.#inner.cancelWithStatus(code, details);
    this.#fail(code, details);
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    if (!this.#isOpen || this.#mayRepeat) this.#messages.push({ context, message });
    if (this.#isOpen) this.#inner.sendMessageWithContext(context, message);
  }

  sendMessage(message: unknown): void {
    this.sendMessageWithContext({}, message);
  }

  startRead(): void {
    if (!this.#isOpen || this.#mayRepeat) this.#reads += 1;
    if (this.#isOpen) this.#inner.startRead();
  }

  halfClose(): void {
    this.#halfClosed = true;
    if (this.#isOpen) this.#inner.halfClose();
  }

  getPeer(): string {
    return this.#inner.getPeer();
  }

  getAuthContext(): ReturnType<CallInterface['getAuthContext']> {
    return this.#inner.getAuthContext();
  }
}
