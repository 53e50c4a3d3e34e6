import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { shownText } from './shown-text.ts';

/** One HTTP request to a provider. */
export interface ProviderRequest {
  /** Origin and path: the query may have a secret. */
  readonly url: string;
  readonly method: string;
  /** Undefined where no answer began. */
  status: number | undefined;
  /** Milliseconds until the answer began, or the request failed. */
  durationMs: number | undefined;
  /** The beginning of a JSON answer, for what a provider publishes about itself. */
  body: string;
}

/** undici's own record of a request, as its diagnostics channels publish it. */
interface UndiciRequest {
  readonly origin?: unknown;
  readonly path?: unknown;
  readonly method?: unknown;
}
interface Message {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode?: number };
  readonly chunk?: Uint8Array;
}

const MAX_BODY_CHARACTERS = 1024 * 1024;

/** Where the requests of one piece of work are recorded; undefined between two of them. */
interface Recording {
  current: ProviderRequest[] | undefined;
}

/**
 * Records the requests that begin during a piece of work, from the diagnostics channels of undici: those that the
 * adapters send, by any installed copy of undici. An adapter loads its keys in the async context in which it was
 * created, so what is created and asked inside one inContext() is recorded together, one piece of work at a time.
 */
export class RequestRecorder {
  readonly #contexts = new AsyncLocalStorage<Recording>();
  readonly #requests = new WeakMap<
    UndiciRequest,
    ProviderRequest & { readonly startedMs: number }
  >();
  readonly #listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    ['undici:request:create', (message) => this.#created((message as Message).request)],
    ['undici:request:headers', (message) => this.#answered(message as Message)],
    ['undici:request:bodyChunkReceived', (message) => this.#received(message as Message)],
    ['undici:request:error', (message) => this.#ended((message as Message).request)],
  ];

  constructor() {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  close(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  inContext<T>(work: () => Promise<T>): Promise<T> {
    return this.#contexts.run({ current: undefined }, work);
  }

  /** Returns the requests of the work. Call it within inContext(). */
  async record(work: () => Promise<void>): Promise<readonly ProviderRequest[]> {
    const requests: ProviderRequest[] = [];
    const recording = this.#contexts.getStore() ?? { current: undefined };
    recording.current = requests;
    try {
      await work();
    } finally {
      recording.current = undefined;
    }
    return requests;
  }

  #created(request: UndiciRequest): void {
    const requests = this.#contexts.getStore()?.current;
    if (requests === undefined) return;
    const { origin, path, method } = request;
    const recorded = {
      url: `${String(origin)}${String(path).replace(/\?.*$/, '')}`,
      method: String(method),
      status: undefined,
      durationMs: undefined,
      body: '',
      startedMs: performance.now(),
    };
    this.#requests.set(request, recorded);
    requests.push(recorded);
  }

  #answered({ request, response }: Message): void {
    const recorded = this.#requests.get(request);
    if (recorded === undefined) return;
    recorded.status = response?.statusCode;
    this.#ended(request);
  }

  #ended(request: UndiciRequest): void {
    const recorded = this.#requests.get(request);
    if (recorded === undefined) return;
    recorded.durationMs ??= Math.round(performance.now() - recorded.startedMs);
  }

  #received({ request, chunk }: Message): void {
    const recorded = this.#requests.get(request);
    if (recorded === undefined || chunk === undefined) return;
    if (recorded.body.length < MAX_BODY_CHARACTERS) recorded.body += Buffer.from(chunk).toString();
  }
}

const MAX_ALGORITHMS = 32;

/** What the metadata of a provider says about itself; undefined where no answer was one. */
export function metadataIn(
  requests: readonly ProviderRequest[],
): { readonly issuer: string; readonly algorithms: readonly string[] } | undefined {
  for (const { status, body } of requests) {
    if (status !== 200) continue;
    const { issuer, id_token_signing_alg_values_supported: announced } = parsed(body);
    if (typeof issuer !== 'string') continue;
    const names: readonly unknown[] = Array.isArray(announced) ? announced : [];
    const algorithms = names.filter((name) => typeof name === 'string').slice(0, MAX_ALGORITHMS);
    return { issuer: shownText(issuer), algorithms: algorithms.map(shownText) };
  }
  return undefined;
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
