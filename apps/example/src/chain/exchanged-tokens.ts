import type { Metadata } from '@grpc/grpc-js';
import type { TokenSource } from '@grpc-authn/client';
import { createCallerTokenSource } from '@grpc-authn/client/grpc-js';
import { createTokenExchangeSource } from '@grpc-authn/client/node';

type Options = Omit<Parameters<typeof createTokenExchangeSource>[0], 'subject'>;

/** Callers whose exchanged tokens are kept. */
const MAX_CALLERS = 1000;

/** Exchanges the token of each caller once, as long as it is used. */
export class ExchangedTokens {
  readonly #options: Options;
  readonly #sources = new Map<string, TokenSource>();

  constructor(options: Options) {
    this.#options = options;
  }

  async sourceFor(call: { readonly metadata: Metadata }): Promise<TokenSource> {
    const { token } = await createCallerTokenSource(call).get();
    const source =
      this.#sources.get(token) ?? createTokenExchangeSource({ ...this.#options, subject: token });
    // The most recently used one is the last.
    this.#sources.delete(token);
    this.#sources.set(token, source);
    const [oldest] = this.#sources;
    if (this.#sources.size > MAX_CALLERS && oldest !== undefined) {
      this.#sources.delete(oldest[0]);
      await oldest[1].close();
    }
    return source;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.close()));
  }
}
