import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** Asynchronous resources by which a process reaches another, or looks for its address. */
const CONNECTING = new Set([
  'TCPCONNECTWRAP',
  'PIPECONNECTWRAP',
  'GETADDRINFOREQWRAP',
  'QUERYWRAP',
  'UDPSENDWRAP',
]);

/** What stays open until somebody closes it. */
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

/** What a piece of code opens: its own alone, whatever else the process does meanwhile. */
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

  /** Runs code of the subject's; what it begins now or later counts as its own. */
  run<T>(code: () => T): T {
    return this.#scope.run(this, code);
  }

  /** Attempts to reach somebody, so far. */
  get connections(): number {
    return this.#connections;
  }

  /**
   * Kinds of what is open still. A timer counts only where it keeps the process alive: an HTTP client may
   * leave one that runs out by itself.
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
