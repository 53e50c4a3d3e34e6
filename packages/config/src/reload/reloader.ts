import {
  type AuthEvent,
  type Clock,
  ConfigError,
  type ManagedAuthenticator,
} from '@grpc-authn/core';
import { notify, reportDryRuns, weakenedMethods } from '@grpc-authn/core/internal';
import { buildAuth, type BuildOptions } from '../assemble/build-auth.ts';
import type { ConfigSource, Digests } from '../source/config-source.ts';
import { filesBehind } from '../source/read-config.ts';
import { EventHub } from './event-hub.ts';
import { Generation } from './generation.ts';
import { ReloadableAuthenticator } from './reloadable-authenticator.ts';

export interface ReloaderOptions {
  readonly read: () => Promise<ConfigSource>;
  readonly build: BuildOptions;
  readonly clock: Clock;
}

export interface ReloadRules {
  /** Not before the providers can be reached. */
  readonly requireReady: boolean;
  /** Unless somebody asked for it, no method's rule is weakened. */
  readonly allowWeaker: boolean;
  /** Only this very content of each file: it was read before, and must not have changed since. */
  readonly seen?: Digests;
}

/** The providers could not be reached; trying again may help. */
export class NotReady extends ConfigError {}

/** What was read is not what was seen before: it is being written, or names a file that was not looked at. */
export class NotSettled extends ConfigError {}

const READY_TIMEOUT_MS = 30_000;

/** Builds each generation beside the one that runs, and puts it in its place at once or not at all. */
export class Reloader {
  readonly authenticator: ManagedAuthenticator<object>;
  readonly #options: ReloaderOptions;
  readonly #hub = new EventHub();
  readonly #retiring = new Set<Promise<void>>();
  #current: Generation | undefined;
  /** The files of the last attempt, where it did not come to run. */
  #triedFiles: readonly string[] = [];
  #last: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.authenticator = new ReloadableAuthenticator(
      () => this.current,
      this.#hub,
      () => this.close(),
    );
  }

  get current(): Generation {
    if (this.#current === undefined) throw new TypeError('nothing was loaded');
    return this.#current;
  }

  /** Whose change may call for a reload: those of what runs, and of what did not come to run. */
  get files(): ReadonlySet<string> {
    return new Set([...this.current.source.digests.keys(), ...this.#triedFiles]);
  }

  /** @throws ConfigError */
  async start(): Promise<void> {
    this.#put(await this.#make());
  }

  /** One after the other. @throws ConfigError, and the one that runs goes on */
  reload(rules: ReloadRules): Promise<void> {
    const reloaded = this.#last.then(() => this.#reload(rules));
    this.#last = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #reload(rules: ReloadRules): Promise<void> {
    if (this.#closed !== undefined) throw new ConfigError('reload: it is closed');
    try {
      const next = await this.#make(rules.seen);
      const weakened = weakenedMethods(this.current.ownPolicy, next.ownPolicy);
      try {
        if (weakened.length > 0 && !rules.allowWeaker) throw new ConfigError(wordsFor(weakened));
        if (rules.requireReady) await this.#awaitReady(next);
        if (this.#closed !== undefined) throw new ConfigError('reload: it is closed');
      } catch (error) {
        await next.close().catch(() => undefined);
        throw error;
      }
      this.#put(next);
      this.#tell({ type: 'config_reloaded', detail: { weakened: [...weakened] } });
    } catch (error) {
      if (!(error instanceof NotSettled)) this.#tell({ type: 'config_rejected', error });
      throw error;
    }
  }

  async #make(seen?: Digests): Promise<Generation> {
    const { build } = this.#options;
    const source = await this.#read(seen);
    const built = await buildAuth(source, build);
    try {
      return new Generation(source, built, this.#hub);
    } catch (error) {
      await built.close().catch(() => undefined);
      throw error instanceof ConfigError
        ? new ConfigError(`${source.name}:\n- ${error.message}`)
        : error;
    }
  }

  async #read(seen: Digests | undefined): Promise<ConfigSource> {
    let source: ConfigSource;
    try {
      source = await this.#options.read();
    } catch (error) {
      this.#triedFiles = filesBehind(error);
      if (seen !== undefined && this.#triedFiles.some((file) => !seen.has(file))) {
        throw new NotSettled('it names files that were not looked at');
      }
      throw error;
    }
    this.#triedFiles = [...source.digests.keys()];
    if (seen !== undefined && !agree(source.digests, seen)) {
      throw new NotSettled(`${source.name}: it is being written`);
    }
    return source;
  }

  async #awaitReady(next: Generation): Promise<void> {
    const controller = new AbortController();
    let cancel = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.#options.clock.setTimer(READY_TIMEOUT_MS, () => {
        controller.abort();
        reject(new Error(`no answer in ${READY_TIMEOUT_MS / 1000} s`));
      });
    });
    try {
      await Promise.race([next.ready(controller.signal), late]);
    } catch (error) {
      const text =
        'a provider cannot be reached, so what runs stays; reload({ requireReady: false }) swaps all the same';
      throw Object.assign(new NotReady(`${next.source.name}: ${text}`), { cause: error });
    } finally {
      cancel();
    }
  }

  #put(next: Generation): void {
    const old = this.#current;
    this.#current = next;
    this.#triedFiles = [];
    next.start();
    if (old === undefined) return;
    reportDryRuns(next.ownPolicy);
    const retired = old.retire(next, this.#options.clock).catch((error: unknown) => {
      this.#tell({ type: 'config_close_failed', error });
    });
    this.#retiring.add(retired);
    void retired.then(() => this.#retiring.delete(retired));
  }

  close(): Promise<void> {
    this.#closed ??= this.#last.then(() => this.#current?.close()).then(() => undefined);
    return this.#closed;
  }

  #tell(event: Omit<AuthEvent, 'authenticator'>): void {
    notify(this.#options.build.report, { authenticator: 'config', ...event });
  }
}

/** True where each of these files was seen as it is here. */
export function agree(digests: Digests, seen: Digests): boolean {
  return [...digests].every(([file, digest]) => seen.get(file) === digest);
}

function wordsFor(weakened: readonly string[]): string {
  return (
    `this would weaken the rules of ${weakened.join(', ')}, so what runs stays; ` +
    'call reload() where it is meant'
  );
}
