/** A refusal as a client sees it, for any transport. */
export interface Refusal {
  /** A gRPC status code. */
  readonly statusCode: number;
  readonly message: string;
  /** ErrorInfo.reason; undefined for `internal`, which has no ErrorInfo. */
  readonly reason: string | undefined;
  /**
   * ErrorInfo.metadata.stage. 'admission': the handler never ran, so a client may send the call again.
   * 'running': an accepted call was ended (expiry, revocation).
   */
  readonly stage: 'admission' | 'running';
  /** The trailer `www-authenticate` (RFC 6750). */
  readonly challenge: string | undefined;
  readonly retryAfterMs: number | undefined;
  /**
   * The trailer `grpc-retry-pushback-ms`, with UNAVAILABLE only: the delay if it is at most 5,000 and
   * ends before the caller's deadline, else -1. It prevents a client's retry policy from retrying immediately.
   */
  readonly retryPushbackMs: number | undefined;
  /** The trailer `grpc-status-details-bin`: a google.rpc.Status. Sent if there is a `reason`. */
  readonly details: Uint8Array;
}
