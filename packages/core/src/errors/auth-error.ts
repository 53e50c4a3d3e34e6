import { type AuthErrorCode, type AuthErrorReasons, MESSAGES } from './reasons.ts';

const BRAND: unique symbol = Symbol.for('@grpc-authn/AuthError') as never;

const NO_SCOPES: readonly string[] = Object.freeze([]);

export interface AuthErrorOptions {
  /** For logs only; it never reaches the wire. Must not hold the token. */
  readonly cause?: unknown;
  /** Milliseconds, for `unavailable`: when a retry makes sense. */
  readonly retryAfterMs?: number;
  /** The token's parsed `exp` has passed, whichever check refused. */
  readonly tokenExpired?: boolean;
  /** The name of the claim at fault, never its value. For logs only. */
  readonly claim?: string;
}

/**
 * A refusal or an outage. Authenticators return it; a thrown one means the same.
 *
 * `code` determines the gRPC status; `reason` is for logs and metrics. The message is constant for a code.
 * Only `internal` has a stack: the others are answers, not faults, and a stack costs more than the check
 * that failed.
 *
 * @example return new AuthError('invalid_token', 'expired', { tokenExpired: true });
 * @throws TypeError for a code that does not exist or a `retryAfterMs` that is no length of time.
 */
export class AuthError<C extends AuthErrorCode = AuthErrorCode> extends Error {
  readonly code: C;
  readonly reason: AuthErrorReasons[C];
  readonly retryAfterMs: number | undefined;
  readonly tokenExpired: boolean;
  /**
   * The name of the claim at fault, never its value: for the reasons claim, issuer, audience, type, use,
   * expired, not_yet_valid and too_old.
   */
  readonly claim: string | undefined;
  /** The scopes that would help, if the rule says so unambiguously. Set by the guard. */
  readonly requiredScopes: readonly string[] = NO_SCOPES;

  constructor(code: C, reason: AuthErrorReasons[C], options: AuthErrorOptions = {}) {
    if (!Object.hasOwn(MESSAGES, code)) throw new TypeError('AuthError: there is no such code');
    const { retryAfterMs, tokenExpired, claim } = options;
    const cause = 'cause' in options ? { cause: options.cause } : undefined;
    if (retryAfterMs !== undefined && !(Number.isFinite(retryAfterMs) && retryAfterMs >= 0)) {
      throw new TypeError('AuthError: retryAfterMs must be a finite number, 0 or more');
    }
    if (claim !== undefined && typeof claim !== 'string') {
      throw new TypeError('AuthError: claim must be the name of a claim');
    }
    const frames = Error.stackTraceLimit;
    const stackless = code !== 'internal' && disableStackTraces();
    super(MESSAGES[code], cause);
    if (stackless) Error.stackTraceLimit = frames;
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.tokenExpired = tokenExpired === true;
    this.claim = claim;
  }

  /** True for an AuthError of any copy of this package; `instanceof` recognizes only one copy's. */
  static is(value: unknown): value is AuthError {
    if (typeof value !== 'object' || value === null) return false;
    try {
      return (
        (value as { [BRAND]?: unknown })[BRAND] === true &&
        Object.hasOwn(MESSAGES, (value as AuthError).code)
      );
    } catch {
      // A proxy whose traps throw.
      return false;
    }
  }
}

/** The refusal of a caller who lacks scopes; empty if the rule has alternatives. */
export function insufficientScope(
  requiredScopes: readonly string[],
): AuthError<'permission_denied'> {
  const error = new AuthError('permission_denied', 'scope');
  return Object.assign(error, { requiredScopes: Object.freeze([...requiredScopes]) });
}

/** False if Error is frozen (`--frozen-intrinsics`): then a stack is captured. */
function disableStackTraces(): boolean {
  try {
    Error.stackTraceLimit = 0;
    return true;
  } catch {
    return false;
  }
}

Object.defineProperty(AuthError.prototype, BRAND, { value: true });
Object.defineProperty(AuthError.prototype, 'name', { value: 'AuthError' });
