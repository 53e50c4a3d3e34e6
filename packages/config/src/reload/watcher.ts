import { type Clock, ConfigError } from '@grpc-authn/core';
import { notify } from '@grpc-authn/core/internal';
import type { Digests } from '../source/config-source.ts';
import { digestOf, MAX_DESCRIPTOR_SET_BYTES } from '../source/read-config.ts';
import { readSmallFile } from '../source/small-file.ts';
import { agree, NotReady, NotSettled, type Reloader } from './reloader.ts';

/** A change counts when two reads in a row agree, so it is loaded after one to two intervals. */
const LOOK_MS = 1000;
/** A reload that failed because a provider was down is tried again, with delays that double. */
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 300_000;

/**
 * Reads the config and the files that it names at an interval, so that it sees every kind of change: in
 * place, by renaming, or by replacing a symbolic link above them, as Kubernetes does.
 */
export class Watcher {
  readonly #file: string;
  readonly #reloader: Reloader;
  readonly #clock: Clock;
  readonly #onReload: ((error: Error | undefined) => void) | undefined;
  #cancel: (() => void) | undefined;
  #stopped = false;
  /** What was read last, and what was last tried to load. */
  #seen: Digests = new Map();
  #tried: Digests = new Map();
  #retryAtMs = Number.POSITIVE_INFINITY;
  #retryMs = FIRST_RETRY_MS;

  constructor(
    file: string,
    reloader: Reloader,
    clock: Clock,
    onReload: ((error: Error | undefined) => void) | undefined,
  ) {
    this.#file = file;
    this.#reloader = reloader;
    this.#clock = clock;
    this.#onReload = onReload;
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancel = this.#clock.setTimer(LOOK_MS, () => {
      void this.#look().then(() => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    const before = this.#seen;
    const { digests, text } = await this.#read();
    this.#seen = digests;
    const { source } = this.#reloader.current;
    if (agree(source.digests, digests)) {
      this.#tried = digests;
      return;
    }
    const isSettled = areSame(digests, before);
    const isDue = !areSame(digests, this.#tried) || this.#clock.nowMs() >= this.#retryAtMs;
    if (!isSettled || !isDue || this.#stopped) return;
    this.#tried = digests;
    await this.#reload(digests, text, source.text);
  }

  async #reload(
    seen: Digests,
    text: string | undefined,
    running: string | undefined,
  ): Promise<void> {
    this.#retryAtMs = Number.POSITIVE_INFINITY;
    try {
      if (isCutOff(text, running)) {
        throw new ConfigError(
          `${this.#reloader.current.source.name}: the file is the running config with its end cut off, ` +
            'so the running config stays; call reload({ allowWeaker: true }) if this is intended',
        );
      }
      await this.#reloader.reload({ requireReady: true, allowWeaker: false, seen });
      this.#retryMs = FIRST_RETRY_MS;
      notify(this.#onReload, undefined);
    } catch (error) {
      if (error instanceof NotSettled) {
        // Tried again at the next look, which includes files that it names for the first time.
        this.#tried = new Map();
        return;
      }
      if (error instanceof NotReady) {
        this.#retryAtMs = this.#clock.nowMs() + this.#retryMs;
        this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
      }
      notify(this.#onReload, error as Error);
    }
  }

  async #read(): Promise<{ readonly digests: Digests; readonly text: string | undefined }> {
    const digests = new Map<string, string>();
    let text: string | undefined;
    for (const file of this.#reloader.files) {
      const bytes = await readSmallFile(file, MAX_DESCRIPTOR_SET_BYTES).catch(
        (error: Error) => error,
      );
      const isBytes = !(bytes instanceof Error);
      digests.set(file, isBytes ? digestOf(bytes) : `unread: ${bytes.message}`);
      if (isBytes && file === this.#file) text = bytes.toString('utf8');
    }
    return { digests, text };
  }
}

function areSame(one: Digests, other: Digests): boolean {
  return one.size === other.size && agree(one, other);
}

/** A writer that was interrupted, or a full disk, leaves the beginning of a file. */
function isCutOff(text: string | undefined, running: string | undefined): boolean {
  if (text === undefined || running === undefined) return false;
  return text.length < running.length && running.startsWith(text.trimEnd());
}
