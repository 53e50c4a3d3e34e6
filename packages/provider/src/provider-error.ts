export type ProviderProblem =
  | 'address'
  | 'connection'
  | 'timeout'
  | 'redirect'
  | 'too_large'
  | 'status'
  | 'content';

/**
 * A provider could not be asked, or gave an answer that is not used. The message is for the operator:
 * it names origin and path, never a query, a header or a body.
 */
export class ProviderError extends Error {
  readonly problem: ProviderProblem;
  /** The HTTP status, for the problem `status`. */
  readonly status: number | undefined;
  /** What `Retry-After` asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(
    problem: ProviderProblem,
    what: string,
    more: { readonly status?: number; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(what);
    this.problem = problem;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
  }
}

Object.defineProperty(ProviderError.prototype, 'name', { value: 'ProviderError' });

/** Origin and path: what may be shown of a URL. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
