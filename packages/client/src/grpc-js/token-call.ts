import {
  type CallCredentials,
  credentials,
  type InterceptingListener,
  type InterceptorOptions,
  Metadata,
  type NextCall,
  status as Status,
  type StatusObject,
} from '@grpc/grpc-js';
import { type AuthFailure, readAuthFailure } from '@grpc-authn/core/client';
import type { AccessToken } from '../access-token.ts';
import { getToken } from '../checked-source.ts';
import type { TokenSource } from '../token-source.ts';
import type { CallInterface, MessageContext } from './call-interface.ts';
import { plaintextTarget } from './plaintext.ts';

export interface TokenCallOptions {
  readonly source: TokenSource;
  readonly retryExpired: boolean;
  readonly allowPlaintext: boolean;
}

type Listener = Partial<InterceptingListener>;

/** The call as it is sent, for the first time or once more. */
interface Attempt {
  /** The token that must not be sent again. */
  readonly refused?: AccessToken;
  sent?: AccessToken;
  /** Why there is no token to send. */
  failure?: string | undefined;
  isUseless?: boolean;
}

interface Message {
  readonly context: MessageContext;
  readonly message: unknown;
}

/**
 * One call with a token, which is sent once more if the token had expired. The token is added by call credentials:
 * while grpc-js waits for them, it observes deadlines, cancellations, parent calls and closed channels itself.
 */
export class TokenCall implements CallInterface {
  readonly #options: TokenCallOptions;
  readonly #callOptions: InterceptorOptions;
  readonly #nextCall: NextCall;
  readonly #ending = new AbortController();
  #inner: CallInterface;
  #attempt: Attempt = {};
  #mayRepeat: boolean;
  /** What the client has done so far, while it may have to be repeated. */
  #metadata = new Metadata();
  #messages: Message[] = [];
  #reads = 0;
  #halfClosed = false;
  #listener: Listener = {};
  #hasOwnToken = false;

  constructor(options: TokenCallOptions, callOptions: InterceptorOptions, nextCall: NextCall) {
    this.#options = options;
    this.#callOptions = callOptions;
    this.#nextCall = nextCall;
    this.#mayRepeat = options.retryExpired && !callOptions.method_definition.requestStream;
    this.#inner = this.#createCall(this.#attempt);
  }

  start(metadata: Metadata, listener: Listener = {}): void {
    this.#listener = listener;
    this.#hasOwnToken = metadata.get('authorization').length > 0;
    if (this.#hasOwnToken) {
      this.#repeatNoMore();
      return this.#inner.start(metadata, listener);
    }
    const target = this.#options.allowPlaintext ? undefined : plaintextTarget(this.#inner);
    if (target !== undefined) return this.#refusePlaintext(target);
    if (this.#mayRepeat) this.#metadata = metadata.clone();
    this.#inner.start(metadata, this.#listenerFor(this.#attempt));
  }

  #refusePlaintext(target: string): void {
    const code = Status.UNAUTHENTICATED;
    const details =
      `the channel to ${target} is plaintext, so no token is sent; ` +
      "use TLS, or createTokenInterceptor(source, { channel: 'dangerously_plaintext' })";
    // It was never started; this ends its timers.
    this.#inner.cancelWithStatus(code, details);
    // Not within the client's own call.
    queueMicrotask(() => this.#end({ code, details, metadata: new Metadata() }));
  }

  #createCall(attempt: Attempt): CallInterface {
    const attached = credentials.createFromMetadataGenerator((options, callback) => {
      this.#attach(attempt, options).then(
        (metadata) => callback(null, metadata),
        (error: Error) => callback(error),
      );
    });
    return this.#nextCall({ ...this.#callOptions, credentials: attached });
  }

  /** What is added to the metadata of the call. An error's code becomes the status. */
  async #attach(
    attempt: Attempt,
    options: Parameters<CallCredentials['generateMetadata']>[0],
  ): Promise<Metadata> {
    const own = await this.#callOptions.credentials?.generateMetadata(options);
    // It may be shared with other calls.
    const metadata = own?.clone() ?? new Metadata();
    if (this.#hasOwnToken || metadata.get('authorization').length > 0) return metadata;
    const token = await this.#getToken(attempt);
    attempt.isUseless = token.token === attempt.refused?.token;
    if (attempt.isUseless) throw codedError('the token was refused', Status.UNAUTHENTICATED);
    attempt.sent = token;
    metadata.set('authorization', `Bearer ${token.token}`);
    return metadata;
  }

  async #getToken(attempt: Attempt): Promise<AccessToken> {
    try {
      const token = await getToken(this.#options.source, this.#ending.signal);
      attempt.failure = undefined;
      return token;
    } catch (error) {
      attempt.failure = (error as Error).message;
      throw codedError(attempt.failure, Status.UNAVAILABLE);
    }
  }

  #listenerFor(attempt: Attempt): Listener {
    /** Before a failed status, grpc-js delivers null in place of the message of a unary call. */
    let heldNull = false;
    return {
      onReceiveMetadata: (metadata) => {
        // A refusal at admission has trailers only.
        this.#repeatNoMore();
        this.#listener.onReceiveMetadata?.(metadata);
      },
      onReceiveMessage: (message) => {
        if (message === null) heldNull = true;
        else this.#listener.onReceiveMessage?.(message);
      },
      onReceiveStatus: (status) => {
        const end = (): void => {
          if (heldNull) this.#listener.onReceiveMessage?.(null);
          this.#end(withCause(status, attempt));
        };
        const failure = status.code === Status.OK ? undefined : readAuthFailure(status);
        if (this.#isOverdue(attempt, failure)) this.#repeat(attempt.sent, end);
        else end();
      },
    };
  }

  /** Also reports a refused token to its source. */
  #isOverdue(
    attempt: Attempt,
    failure: AuthFailure | undefined,
  ): attempt is Attempt & { readonly sent: AccessToken } {
    const { sent } = attempt;
    if (sent === undefined || failure === undefined) return false;
    const { reason, stage } = failure;
    if (reason === 'TOKEN_EXPIRED' || reason === 'TOKEN_INVALID')
      this.#options.source.invalidate(sent);
    return this.#mayRepeat && reason === 'TOKEN_EXPIRED' && stage === 'admission';
  }

  /** Once, and only with a new token: otherwise `end` ends the call as the first attempt did. */
  #repeat(refused: AccessToken, end: () => void): void {
    const [metadata, messages, reads] = [this.#metadata, this.#messages, this.#reads];
    this.#repeatNoMore();
    const attempt: Attempt = { refused };
    try {
      this.#inner = this.#createCall(attempt);
    } catch {
      // The channel is closed.
      return end();
    }
    const listener = this.#listenerFor(attempt);
    this.#inner.start(metadata, {
      ...listener,
      onReceiveStatus: (status) => (attempt.isUseless ? end() : listener.onReceiveStatus?.(status)),
    });
    for (let read = 0; read < reads; read += 1) this.#inner.startRead();
    for (const { context, message } of messages) {
      this.#inner.sendMessageWithContext(context, message);
    }
    if (this.#halfClosed) this.#inner.halfClose();
  }

  #repeatNoMore(): void {
    this.#mayRepeat = false;
    this.#messages = [];
  }

  #end(status: StatusObject): void {
    this.#repeatNoMore();
    this.#ending.abort();
    this.#listener.onReceiveStatus?.(status);
  }

  cancelWithStatus(code: Status, details: string): void {
    this.#inner.cancelWithStatus(code, details);
  }

  sendMessageWithContext(context: MessageContext, message: unknown): void {
    if (this.#mayRepeat) this.#messages.push({ context, message });
    this.#inner.sendMessageWithContext(context, message);
  }

  sendMessage(message: unknown): void {
    this.sendMessageWithContext({}, message);
  }

  startRead(): void {
    if (this.#mayRepeat) this.#reads += 1;
    this.#inner.startRead();
  }

  halfClose(): void {
    this.#halfClosed = true;
    this.#inner.halfClose();
  }

  getPeer(): string {
    return this.#inner.getPeer();
  }

  getAuthContext(): ReturnType<CallInterface['getAuthContext']> {
    return this.#inner.getAuthContext();
  }
}

/** grpc-js would say that a plugin failed. */
function withCause(status: StatusObject, { failure }: Attempt): StatusObject {
  if (failure === undefined || status.code !== Status.UNAVAILABLE) return status;
  return { ...status, details: failure };
}

function codedError(message: string, code: Status): Error {
  return Object.assign(new Error(message), { code });
}
