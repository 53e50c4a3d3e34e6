/** What is asked. Header names are in lower case. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What came back, its body yet to be read. */
export interface HttpAnswer {
  readonly status: number;
  /** Already followed, by a fetch that was handed in. */
  readonly redirected: boolean;
  header(name: string): string | null;
  /** After decompression. */
  readonly body: AsyncIterable<Uint8Array> | undefined;
  /** For an answer that is not read. */
  discard(): void;
}
