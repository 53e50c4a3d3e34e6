import { rejectOnAbort } from '@grpc-authn/core/internal';
import type * as undici from 'undici';
import { fetchExchange } from './fetch-exchange.ts';
import { loadPackage } from '../load-package.ts';
import { checkLiteral } from '../address/guarded-lookup.ts';
import { Agents, type ConnectionOptions } from './agents.ts';
import type { HttpSettings } from './http-options.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';
import { Proxies } from './proxy.ts';
import { responseOf } from './read-response.ts';
import { ResetSockets } from './reset-sockets.ts';
import { undiciExchange } from './undici-exchange.ts';

/** The largest document that is read. */
const MAX_BYTES = 1024 * 1024;
/** All that this family and its OAuth libraries read. */
const HEADERS_READ = ['content-type', 'cache-control', 'retry-after', 'www-authenticate'];

/**
 * Sends requests to providers, and returns only responses within the limits: no redirect is followed, at
 * most 1 MiB is read (after decompression), and one time limit covers the whole request. A request that is
 * lost with a kept-alive socket before any byte of an answer is sent once more.
 */
export class GuardedFetch {
  readonly #settings: HttpSettings;
  readonly #agents: Agents;
  readonly #asking = new Set<AbortController>();
  readonly #resets = new ResetSockets();
  readonly #proxies: Proxies;
  #undici: typeof undici | undefined;
  #closed = false;

  constructor(settings: HttpSettings, connections: ConnectionOptions = {}) {
    this.#settings = settings;
    this.#proxies = new Proxies(settings.proxy);
    this.#agents = new Agents({ ...settings, ...connections }, this.#resets);
  }

  /**
   * The response with any status except a redirect, read to its end. For a URL that the metadata of
   * `issuer` names, the address is checked while connecting, and configured headers are not sent to
   * another origin.
   *
   * @throws ProviderError
   */
  async fetch(url: URL, request: HttpRequest = {}, issuer?: URL): Promise<Response> {
    // Not part of the time limit: the first import may take a while on a busy machine.
    await this.prepare();
    const shown = `${request.method ?? 'GET'} ${shownUrl(url)}`;
    const asking = request.ending ?? new AbortController();
    const { signal } = asking;
    const limit = setTimeout(() => asking.abort(this.#noAnswer(shown)), this.#settings.timeoutMs);
    // AbortSignal.any() and AbortSignal.timeout() would stay in memory until the time limit.
    const abort = (): void => asking.abort(request.signal?.reason);
    request.signal?.addEventListener('abort', abort, { once: true });
    if (request.signal?.aborted) abort();
    this.#asking.add(asking);
    try {
      // A user-defined fetch may ignore its signal.
      return await rejectOnAbort(this.#ask(url, { ...request, signal }, issuer, shown), signal);
    } catch (error) {
      throw toProviderError(signal.aborted ? signal.reason : error, shown);
    } finally {
      clearTimeout(limit);
      request.signal?.removeEventListener('abort', abort);
      this.#asking.delete(asking);
    }
  }

  #noAnswer(shown: string): ProviderError {
    return new ProviderError('timeout', `${shown}: no answer in ${this.#settings.timeoutMs} ms`);
  }

  async #ask(
    url: URL,
    request: HttpRequest,
    issuer: URL | undefined,
    shown: string,
  ): Promise<Response> {
    if (this.#closed) throw new ProviderError('connection', 'closed');
    const isOwn = issuer === undefined || issuer.origin === url.origin;
    const headers = { ...(isOwn ? this.#settings.headers : undefined), ...request.headers };
    const answer = await this.#send(url, { ...request, headers }, issuer);
    if (answer.redirected || isRedirect(answer.status)) {
      answer.discard();
      throw new ProviderError(
        'redirect',
        `${shown}: answered with a redirect, which is not followed`,
      );
    }
    return readAll(answer, shown);
  }

  async #send(url: URL, request: HttpRequest, issuer: URL | undefined): Promise<HttpAnswer> {
    const { fetch } = this.#settings;
    if (fetch !== undefined) return fetchExchange(fetch, url, request);
    if (issuer !== undefined) await checkLiteral(url, issuer);
    const proxy = this.#proxies.for(url);
    const loaded = (this.#undici ??= await importUndici());
    // After close() nothing would close a new agent.
    request.signal?.throwIfAborted();
    const agent = this.#agents.get(loaded, url, { proxy, issuer });
    try {
      return await undiciExchange(agent, url, request);
    } catch (error) {
      if (!this.#resets.isReset(error)) throw error;
      return undiciExchange(agent, url, request);
    }
  }

  /** Imports the HTTP client, so that the first request does not pay for it. */
  async prepare(): Promise<void> {
    if (this.#settings.fetch === undefined) this.#undici ??= await importUndici();
  }

  /** Final: aborts requests in progress and closes all sockets. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const asking of this.#asking) asking.abort(new ProviderError('connection', 'closed'));
    await this.#agents.close();
  }
}

/** Bun replaces undici with a module of its own, which cannot do what the guarded fetch needs. */
async function importUndici(): Promise<typeof undici> {
  const loaded = await loadPackage('undici', () => import('undici'));
  if (typeof (loaded.Agent.prototype as { readonly request?: unknown }).request === 'function') {
    return loaded;
  }
  throw new ProviderError(
    'package',
    'package undici: this runtime replaces it by one without Agent.request; run on Node.js, or pass http.fetch',
  );
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

async function readAll(answer: HttpAnswer, shown: string): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    // Throwing out of the loop cancels the body.
    if (size > MAX_BYTES) {
      throw new ProviderError('too_large', `${shown}: answered with more than ${MAX_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  const { status } = answer;
  const headers: Record<string, string> = {};
  for (const name of HEADERS_READ) {
    const value = answer.header(name);
    if (value !== null) headers[name] = value;
  }
  const [only] = chunks;
  const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  return responseOf(bytes, { status, headers });
}

/** Shows only the code of a system error: its message may contain more than an operator may see. */
function toProviderError(error: unknown, shown: string): ProviderError {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; depth += 1) {
    if (cause instanceof ProviderError) return cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (cause.cause === undefined && typeof code === 'string') {
      return new ProviderError('connection', `${shown}: could not be asked (${code})`, {
        systemCode: code,
      });
    }
    cause = cause.cause;
  }
  return new ProviderError('connection', `${shown}: could not be asked`);
}
