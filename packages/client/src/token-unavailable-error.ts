/** No access token can be had now. The message says what failed, and holds no secret. */
export class TokenUnavailableError extends Error {
  /** Milliseconds until the next attempt. */
  readonly retryAfterMs: number;

  constructor(
    message: string,
    options: { readonly retryAfterMs: number; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

Object.defineProperty(TokenUnavailableError.prototype, 'name', { value: 'TokenUnavailableError' });
