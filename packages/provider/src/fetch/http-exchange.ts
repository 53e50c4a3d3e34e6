/** Header names are in lower case. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Replaces `signal` if the caller has a controller for this request only. A second controller costs 10 µs. */
  readonly ending?: AbortController | undefined;
}

/** A response whose body has not been read yet. */
export interface HttpAnswer {
  readonly status: number;
  /** A user-defined fetch has already followed a redirect. */
  readonly redirected: boolean;
  header(name: string): string | null;
  /** The decompressed body; undefined if the response has none. */
  readonly body: AsyncIterable<Uint8Array> | undefined;
  /** Releases the connection of a response that is not read. */
  discard(): void;
}
