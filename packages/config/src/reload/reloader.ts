import {
  type AuthEvent,
  type AuthenticatorEvent,
  type Clock,
  ConfigError,
  type ManagedAuthenticator,
} from '@grpc-authn/core';
import { Listeners, reportDryRuns } from '@grpc-authn/core/internal';
import { buildAuth, type BuildOptions } from '../assemble/build-auth.ts';
import type { ConfigSource, Digests } from '../source/config-source.ts';
import { filesBehind } from '../source/read-config.ts';
import { checkFixedSettings } from './fixed-settings.ts';
import { Generation } from './generation.ts';
import { ReloadableAuthenticator } from './reloadable-authenticator.ts';
import { compareGenerations } from './weakened.ts';

export interface ReloaderOptions {
  readonly read: () => Promise<ConfigSource>;
  readonly build: BuildOptions;
  readonly clock: Clock;
}

export interface ReloadRules {
  /** Reject while a provider cannot be reached. */
  readonly requireReady: boolean;
  /** Otherwise a config that weakens a rule or an authenticator is rejected. */
  readonly allowWeaker: boolean;
  /** Load only this content of the files: reject if they have changed since. */
  readonly seen?: Digests;
}

/** A provider could not be reached; a later attempt may succeed. */
export class NotReady extends ConfigError {}

/** The files changed since they were seen, or the config names a file that was not seen. */
export class NotSettled extends ConfigError {}

const READY_TIMEOUT_MS = 30_000;

/** Builds each generation beside the running one, and replaces that at once or not at all. */
export class Reloader {
  readonly authenticator: ManagedAuthenticator<object>;
  readonly #options: ReloaderOptions;
  readonly #listeners = new Listeners<AuthenticatorEvent>();
  /** Replaced, and not closed yet. */
  readonly #retiring = new Set<Generation>();
  readonly #warned = new Set<string>();
  #current: Generation | undefined;
  /** The files of the last attempt, if it failed. */
  #triedFiles: readonly string[] = [];
  #last: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.authenticator = new ReloadableAuthenticator(
      () => this.current,
      this.#listeners,
      () => this.close(),
    );
  }

  get current(): Generation {
    if (this.#current === undefined) throw new TypeError('nothing was loaded');
    return this.#current;
  }

  /** A change of one of these may call for a reload: those of the running config and of the last failed attempt. */
  get files(): ReadonlySet<string> {
    return new Set([...this.current.source.digests.keys(), ...this.#triedFiles]);
  }

  /** @throws ConfigError */
  async start(): Promise<void> {
    this.#put(await this.#make());
  }

  /** Reloads run one after the other. @throws ConfigError; then the running generation stays */
  reload(rules: ReloadRules): Promise<void> {
    const reloaded = this.#last.then(() => this.#reload(rules));
    this.#last = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #reload(rules: ReloadRules): Promise<void> {
    if (this.#closed !== undefined) throw new ConfigError('reload: it was closed');
    try {
      const next = await this.#make(rules.seen);
      const { detail, error: weaker } = compareGenerations(this.current, next);
      try {
        checkFixedSettings(this.current, next);
        if (weaker !== undefined && !rules.allowWeaker) throw weaker;
        if (rules.requireReady) await this.#awaitReady(next);
        if (this.#closed !== undefined) throw new ConfigError('reload: it was closed');
      } catch (error) {
        await next.close().catch(() => undefined);
        throw error;
      }
      this.#put(next);
      this.#report({ type: 'config_reloaded', detail });
    } catch (error) {
      if (!(error instanceof NotSettled)) this.#report({ type: 'config_rejected', error });
      throw error;
    }
  }

  async #make(seen?: Digests): Promise<Generation> {
    const source = await this.#read(seen);
    return new Generation(source, await buildAuth(source, this.#options.build), this.#listeners);
  }

  async #read(seen: Digests | undefined): Promise<ConfigSource> {
    let source: ConfigSource;
    try {
      source = await this.#options.read();
    } catch (error) {
      this.#triedFiles = filesBehind(error);
      if (seen !== undefined && this.#triedFiles.some((file) => !seen.has(file))) {
        throw new NotSettled('the config names files that were not seen');
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
      if (error instanceof ConfigError) throw error;
      const text = 'a provider cannot be reached, so the running config stays';
      const hint = 'call reload({ requireReady: false }) to load it anyway';
      throw new NotReady(`${next.source.name}: ${text}; ${hint}`, { cause: error });
    } finally {
      cancel();
    }
  }

  #put(next: Generation): void {
    const old = this.#current;
    this.#current = next;
    this.#triedFiles = [];
    next.start();
    this.#warn(next.warnings);
    if (old === undefined) return;
    reportDryRuns(next.ownPolicy);
    this.#retiring.add(old);
    void old
      .retire(next, this.#options.clock)
      .catch((error: unknown) => this.#report({ type: 'config_close_failed', error }))
      .finally(() => this.#retiring.delete(old));
  }

  close(): Promise<void> {
    this.#closed ??= this.#last.then(() => this.#closeAll());
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    const generations = [
      ...this.#retiring,
      ...(this.#current === undefined ? [] : [this.#current]),
    ];
    await Promise.all(generations.map((generation) => generation.close()));
  }

  /** Once each, however often the config is reloaded. */
  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) {
      if (this.#warned.has(warning)) continue;
      this.#warned.add(warning);
      process.emitWarning(warning, { code: 'GRPC_AUTHN_CLAIM_PATH' });
    }
  }

  #report(event: Omit<AuthEvent, 'authenticator'>): void {
    this.#options.build.report({ authenticator: 'config', ...event });
  }
}

/** True if each of these files was seen with the same content. */
export function agree(digests: Digests, seen: Digests): boolean {
  return [...digests].every(([file, digest]) => seen.get(file) === digest);
}
