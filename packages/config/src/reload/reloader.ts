import {
  type AuthEvent,
  type AuthInterceptorOptions,
  type Clock,
  ConfigError,
  type ManagedAuthenticator,
} from '@grpc-authn/core';
import { tell, weakenedMethods } from '@grpc-authn/core/internal';
import { buildAuth, type BuildOptions } from '../build/build-auth.ts';
import type { ConfigSource } from '../source/config-source.ts';
import { EventHub } from './event-hub.ts';
import { Generation } from './generation.ts';
import { LastingAuthenticator } from './lasting-authenticator.ts';

export interface ReloaderOptions {
  readonly read: () => Promise<ConfigSource>;
  readonly build: BuildOptions;
  readonly interceptor: Omit<AuthInterceptorOptions, 'authenticator' | 'policy'>;
  readonly clock: Clock;
}

export interface ReloadRules {
  /** Not before the providers can be reached. */
  readonly requireReady: boolean;
  /** Unless somebody asked for it, no method's rule is weakened. */
  readonly allowWeaker: boolean;
  /** Only this very content: it was read before, and must not have changed since. */
  readonly digest?: string;
}

/** The providers could not be reached; trying again may help. */
export class NotReady extends ConfigError {}

const READY_TIMEOUT_MS = 30_000;

/** Builds each generation beside the one that runs, and puts it in its place at once or not at all. */
export class Reloader {
  readonly authenticator: ManagedAuthenticator<object>;
  readonly #options: ReloaderOptions;
  readonly #hub = new EventHub();
  readonly #retiring = new Set<Promise<void>>();
  #current: Generation | undefined;
  #last: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.authenticator = new LastingAuthenticator(
      () => this.current,
      this.#hub,
      () => this.close(),
    );
  }

  get current(): Generation {
    if (this.#current === undefined) throw new TypeError('nothing was loaded');
    return this.#current;
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
      const next = await this.#make(rules.digest);
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
      this.#tell({ type: 'config_rejected', error });
      throw error;
    }
  }

  async #make(digest?: string): Promise<Generation> {
    const { read, build, interceptor } = this.#options;
    const source = await read();
    if (digest !== undefined && digest !== source.digest) {
      throw new ConfigError(`${source.name}: it is being written`);
    }
    const built = await buildAuth(source, build);
    try {
      return new Generation(source, built, this.authenticator, this.#hub, interceptor);
    } catch (error) {
      await built.close().catch(() => undefined);
      throw error instanceof ConfigError
        ? new ConfigError(`${source.name}:\n- ${error.message}`)
        : error;
    }
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
    next.start();
    if (old === undefined) return;
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
    tell(this.#options.build.report, { authenticator: 'config', ...event });
  }
}

function wordsFor(weakened: readonly string[]): string {
  return (
    `this would weaken the rules of ${weakened.join(', ')}, so what runs stays; ` +
    'call reload() where it is meant'
  );
}
