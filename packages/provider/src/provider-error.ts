export type ProviderProblem =
  | 'address'
  | 'connection'
  | 'timeout'
  | 'redirect'
  | 'too_large'
  | 'status'
  | 'content'
  /** A dependency that is needed for the request could not be imported. */
  | 'package';

/**
 * The provider could not be asked, or its answer is not used. The message is for the operator: it names
 * origin and path, never a query, a header or a body.
 */
export class ProviderError extends Error {
  readonly problem: ProviderProblem;
  /** The HTTP status, for the problem `status`. */
  readonly status: number | undefined;
  /** Of the system or of TLS, such as ECONNREFUSED, for the problem `connection`. */
  readonly systemCode: string | undefined;
  /** Milliseconds, from `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(
    problem: ProviderProblem,
    message: string,
    more: {
      readonly status?: number;
      readonly systemCode?: string;
      readonly retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message);
    this.problem = problem;
    this.status = more.status;
    this.systemCode = more.systemCode;
    this.retryAfterMs = more.retryAfterMs;
  }
}

Object.defineProperty(ProviderError.prototype, 'name', { value: 'ProviderError' });

/** Origin and path: the parts of a URL that may be shown. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
