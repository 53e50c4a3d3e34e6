import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** Asynchronous resources that connect to another process or look up its address. */
const CONNECTING = new Set([
  'TCPCONNECTWRAP',
  'PIPECONNECTWRAP',
  'GETADDRINFOREQWRAP',
  'QUERYWRAP',
  'UDPSENDWRAP',
]);

/** Resources that stay open until they are closed. */
const HANDLES = new Set([
  'TCPWRAP',
  'TCPSERVERWRAP',
  'TLSWRAP',
  'PIPEWRAP',
  'PIPESERVERWRAP',
  'UDPWRAP',
  'FSEVENTWRAP',
  'STATWATCHER',
  'PROCESSWRAP',
  'WORKER',
  'Timeout',
]);

/** Sockets, which count what they read. */
const SOCKETS = new Set(['TCPWRAP', 'PIPEWRAP']);

interface Handle {
  readonly hasRef?: () => boolean;
  /** Of a socket. */
  readonly bytesRead?: number;
  /** Of an attempt to connect, set after its creation. */
  readonly address?: string;
  readonly port?: number;
}

interface Resource {
  readonly type: string;
  readonly handle: Handle;
}

/** Records the resources that a piece of code opens, and no others of the process. */
export class ResourceWatch {
  readonly #scope = new AsyncLocalStorage<ResourceWatch>();
  readonly #open = new Map<number, Resource>();
  readonly #connecting: Handle[] = [];
  readonly #bytesRead = new Map<number, number>();
  readonly #hook = createHook({
    init: (id, type, _trigger, handle) => {
      if (this.#scope.getStore() !== this) return;
      if (CONNECTING.has(type)) this.#connecting.push(handle);
      if (HANDLES.has(type)) this.#open.set(id, { type, handle });
    },
    // Runs before each chunk is delivered. A closed socket no longer knows what it has read.
    before: (id) => {
      const { type = '', handle } = this.#open.get(id) ?? {};
      if (SOCKETS.has(type)) this.#bytesRead.set(id, handle?.bytesRead ?? 0);
    },
    destroy: (id) => {
      this.#open.delete(id);
    },
  });

  constructor() {
    this.#hook.enable();
  }

  /** Runs code of the subject. Resources that it opens now or later are recorded. */
  run<T>(code: () => T): T {
    return this.#scope.run(this, code);
  }

  /** Attempts to connect so far. */
  get connections(): number {
    return this.#connecting.length;
  }

  /** The number of different addresses, with their ports, that it tried to connect to. */
  get destinations(): number {
    const connects = this.#connecting.filter(({ port }) => port !== undefined);
    return new Set(connects.map(({ address, port }) => `${address} ${port}`)).size;
  }

  /** What the socket with the most bytes has read so far. */
  get maxBytesRead(): number {
    return Math.max(0, ...this.#bytesRead.values());
  }

  /**
   * The types of the resources that are still open. A timer counts only if it keeps the process alive: an
   * HTTP client may leave one that expires by itself.
   */
  get open(): readonly string[] {
    return [...this.#open.values()]
      .filter(({ type, handle }) => type !== 'Timeout' || handle.hasRef?.() === true)
      .map(({ type }) => type);
  }

  stop(): void {
    this.#hook.disable();
  }
}
