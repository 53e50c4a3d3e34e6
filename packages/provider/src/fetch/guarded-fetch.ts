import { rejectOnAbort } from '@grpc-authn/core/internal';
import type * as undici from 'undici';
import { fetchExchange } from './fetch-exchange.ts';
import { loadPackage } from '../load-package.ts';
import { checkLiteral, guardedLookup } from '../address/guarded-lookup.ts';
import type { ClientCertificate, HttpSettings } from './http-options.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';
import { ResetSockets } from './reset-sockets.ts';
import { undiciExchange } from './undici-exchange.ts';

/** The largest document that is read. */
const MAX_BYTES = 1024 * 1024;
/** All that this family and its OAuth libraries read. */
const HEADERS_READ = ['content-type', 'cache-control', 'retry-after', 'www-authenticate'];

/** For the built-in fetch. */
export interface ConnectionOptions {
  readonly certificate?: ClientCertificate | undefined;
  /** Sockets to one origin at a time. Requests beyond that wait, within their time limit. Default no limit. */
  readonly maxSockets?: number;
}

/**
 * Sends requests to providers, and returns only responses within the limits: no redirect is followed, at
 * most 1 MiB is read (after decompression), and one time limit covers the whole request. A request that is
 * lost with a kept-alive socket before any byte of an answer is sent once more.
 */
export class GuardedFetch {
  readonly #settings: HttpSettings;
  readonly #connections: ConnectionOptions;
  readonly #agents = new Map<string, undici.Agent>();
  readonly #asking = new Set<AbortController>();
  readonly #resets = new ResetSockets();
  #undici: typeof undici | undefined;
  #closed = false;

  constructor(settings: HttpSettings, connections: ConnectionOptions = {}) {
    this.#settings = settings;
    this.#connections = connections;
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
    const asking = new AbortController();
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
    const loaded = (this.#undici ??= await importUndici());
    // After close() nothing would close a new agent.
    request.signal?.throwIfAborted();
    const agent = this.#agentFor(loaded, issuer);
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

  #agentFor({ Agent, buildConnector }: typeof undici, issuer: URL | undefined): undici.Agent {
    const key = issuer?.origin ?? '';
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      const { ca } = this.#settings;
      const { certificate, maxSockets = null } = this.#connections;
      const connect = buildConnector({
        ...(ca === undefined ? undefined : { ca }),
        ...certificate,
        ...(issuer === undefined ? undefined : { lookup: guardedLookup(issuer) }),
      });
      agent = new Agent({ connections: maxSockets, connect: this.#resets.watch(connect) });
      this.#agents.set(key, agent);
    }
    return agent;
  }

  /** Final: aborts requests in progress and closes all sockets. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const asking of this.#asking) asking.abort(new ProviderError('connection', 'closed'));
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }
}

function importUndici(): Promise<typeof undici> {
  return loadPackage('undici', () => import('undici'));
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
  const bodiless = status === 204 || status === 205 || status === 304;
  return new Response(bodiless ? null : Buffer.concat(chunks), { status, headers });
}

/** Shows only the code of a system error: its message may contain more than an operator may see. */
function toProviderError(error: unknown, shown: string): ProviderError {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; depth += 1) {
    if (cause instanceof ProviderError) return cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (cause.cause === undefined && typeof code === 'string') {
      return new ProviderError('connection', `${shown}: could not be asked (${code})`);
    }
    cause = cause.cause;
  }
  return new ProviderError('connection', `${shown}: could not be asked`);
}
