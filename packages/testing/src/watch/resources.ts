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

interface Resource {
  readonly type: string;
  readonly handle: { hasRef?: () => boolean };
}

/** Records the resources that a piece of code opens, and no others of the process. */
export class ResourceWatch {
  readonly #scope = new AsyncLocalStorage<ResourceWatch>();
  readonly #open = new Map<number, Resource>();
  #connections = 0;
  readonly #hook = createHook({
    init: (id, type, _trigger, handle) => {
      if (this.#scope.getStore() !== this) return;
      if (CONNECTING.has(type)) this.#connections += 1;
      if (HANDLES.has(type)) this.#open.set(id, { type, handle });
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
    return this.#connections;
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
