import { rejectOnAbort } from '@grpc-authn/core/internal';
import { Agent } from 'undici';
import { fetchExchange } from './fetch-exchange.ts';
import { checkLiteral, guardedLookup } from '../address/guarded-lookup.ts';
import type { ClientCertificate, HttpSettings } from './http-options.ts';
import type { HttpAnswer, HttpRequest } from './http-exchange.ts';
import { ProviderError, shownUrl } from '../provider-error.ts';
import { undiciExchange } from './undici-exchange.ts';

/** No document that a provider sends us is larger. */
const MOST_BYTES = 1024 * 1024;
/** All that anybody here, or in openid-client, looks at. */
const HEADERS_READ = ['content-type', 'cache-control', 'retry-after', 'www-authenticate'];

/**
 * Asks providers, and lets back only what may be used: no redirect is followed, no more than 1 MiB is
 * read (after decompression), and one time limit covers it all.
 */
export class GuardedFetch {
  readonly #settings: HttpSettings;
  readonly #certificate: ClientCertificate | undefined;
  readonly #agents = new Map<string, Agent>();
  readonly #asking = new Set<AbortController>();
  #closed = false;

  constructor(settings: HttpSettings, certificate?: ClientCertificate) {
    this.#settings = settings;
    this.#certificate = certificate;
  }

  /**
   * The answer, read to its end, whatever its status but a redirect, and of its headers those that are
   * looked at. `issuer` is given for a URL that its metadata named: then the address is checked while
   * connecting, and the operator's own headers stay at home where the URL is of another origin.
   *
   * @throws ProviderError
   */
  async fetch(url: URL, request: HttpRequest = {}, issuer?: URL): Promise<Response> {
    const shown = `${request.method ?? 'GET'} ${shownUrl(url)}`;
    const asking = new AbortController();
    const { signal } = asking;
    const limit = setTimeout(() => asking.abort(this.#noAnswer(shown)), this.#settings.timeoutMs);
    // By hand: what AbortSignal.any() and AbortSignal.timeout() make stays in memory until the limit.
    const leave = (): void => asking.abort(request.signal?.reason);
    request.signal?.addEventListener('abort', leave, { once: true });
    if (request.signal?.aborted) leave();
    this.#asking.add(asking);
    try {
      // A fetch that was handed in need not obey its signal.
      return await rejectOnAbort(this.#ask(url, { ...request, signal }, issuer, shown), signal);
    } catch (error) {
      throw toProviderError(signal.aborted ? signal.reason : error, shown);
    } finally {
      clearTimeout(limit);
      request.signal?.removeEventListener('abort', leave);
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
    // An agent would connect first, and a new one would be closed by nobody.
    request.signal?.throwIfAborted();
    return undiciExchange(this.#agentFor(issuer), url, request);
  }

  #agentFor(issuer: URL | undefined): Agent {
    const key = issuer?.origin ?? '';
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      const { ca } = this.#settings;
      agent = new Agent({
        connect: {
          ...(ca === undefined ? undefined : { ca }),
          ...this.#certificate,
          ...(issuer === undefined ? undefined : { lookup: guardedLookup(issuer) }),
        },
      });
      this.#agents.set(key, agent);
    }
    return agent;
  }

  /** Ends what is under way, and leaves no socket open. Nothing is asked from then on. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const asking of this.#asking) asking.abort(new ProviderError('connection', 'closed'));
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

async function readAll(answer: HttpAnswer, shown: string): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > MOST_BYTES) {
      throw new ProviderError('too_large', `${shown}: answered with more than ${MOST_BYTES} bytes`);
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

/** The system's code is worth showing; its text may hold more than should be shown. */
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
