import { type AuthErrorCode, type AuthErrorReasons, MESSAGES } from './reasons.ts';

const BRAND: unique symbol = Symbol.for('@grpc-authn/AuthError') as never;

export interface AuthErrorOptions {
  /** For logs only; it never reaches the wire. Must not hold the token. */
  readonly cause?: unknown;
  /** Milliseconds, for `unavailable`: when a retry makes sense. */
  readonly retryAfterMs?: number;
  /** The token's parsed `exp` has passed, whichever check refused. */
  readonly tokenExpired?: boolean;
}

/**
 * A refusal or an outage. Authenticators return it; a thrown one means the same.
 *
 * `code` decides the gRPC status, `reason` is for logs and metrics. The message is constant for a
 * code. Only `internal` carries a stack: the others are answers, not faults, and a stack costs more
 * than the check that failed.
 *
 * @example return new AuthError('invalid_token', 'expired', { tokenExpired: true });
 * @throws TypeError for a code that does not exist or a `retryAfterMs` that is no length of time.
 */
export class AuthError<C extends AuthErrorCode = AuthErrorCode> extends Error {
  readonly code: C;
  readonly reason: AuthErrorReasons[C];
  readonly retryAfterMs: number | undefined;
  readonly tokenExpired: boolean;

  constructor(code: C, reason: AuthErrorReasons[C], options: AuthErrorOptions = {}) {
    if (!Object.hasOwn(MESSAGES, code)) throw new TypeError('AuthError: there is no such code');
    const { retryAfterMs, tokenExpired } = options;
    const cause = 'cause' in options ? { cause: options.cause } : undefined;
    if (retryAfterMs !== undefined && !(Number.isFinite(retryAfterMs) && retryAfterMs >= 0)) {
      throw new TypeError('AuthError: retryAfterMs must be a finite number, 0 or more');
    }
    const frames = Error.stackTraceLimit;
    const stackless = code !== 'internal' && takeNoStack();
    super(MESSAGES[code], cause);
    if (stackless) Error.stackTraceLimit = frames;
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.tokenExpired = tokenExpired === true;
  }

  /** True for an AuthError of any copy of this package: an `instanceof` would fail between two. */
  static is(value: unknown): value is AuthError {
    if (typeof value !== 'object' || value === null) return false;
    try {
      return (
        (value as { [BRAND]?: unknown })[BRAND] === true &&
        Object.hasOwn(MESSAGES, (value as AuthError).code)
      );
    } catch {
      // A proxy that will not be read.
      return false;
    }
  }
}

/** False where Error is frozen, as under `--frozen-intrinsics`: a stack is taken then, and nothing fails. */
function takeNoStack(): boolean {
  try {
    Error.stackTraceLimit = 0;
    return true;
  } catch {
    return false;
  }
}

Object.defineProperty(AuthError.prototype, BRAND, { value: true });
Object.defineProperty(AuthError.prototype, 'name', { value: 'AuthError' });
