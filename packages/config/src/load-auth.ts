import { resolve } from 'node:path';
import {
  createAuthInterceptor,
  type AuthEvent,
  type AuthInterceptorOptions,
  type JsonObject,
  type ManagedAuthenticator,
  type Policy,
  type ServiceLike,
} from '@grpc-authn/core';
import {
  checkClock,
  checkFunction,
  checkOptionNames,
  checkText,
  describeValue,
  reloadablePolicy,
  wrongOption,
} from '@grpc-authn/core/internal';
import type { ServerInterceptor } from '@grpc/grpc-js';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AuthenticatorAdapter } from './adapter/define-adapter.ts';
import { Reloader } from './reload/reloader.ts';
import { Watcher } from './reload/watcher.ts';
import { readConfigFile, readConfigObject } from './source/read-config.ts';

/** What the schema's output is, where one was given. */
export type LoadedClaims<S> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S> extends object
    ? StandardSchemaV1.InferOutput<S>
    : never
  : JsonObject;

export type LoadAuthOptions<S extends StandardSchemaV1 | undefined = undefined> = (
  | {
      /** YAML or JSON, relative to the working directory. */
      readonly file: string;
    }
  | {
      /** What such a file would parse to. */
      readonly config: unknown;
    }
) &
  Omit<AuthInterceptorOptions, 'authenticator' | 'policy'> & {
    /** The definitions of the services that the server has: then a misspelt rule is an error. */
    readonly services?: readonly ServiceLike[];
    /** Those of strangers: what a file names is never imported, but for our own packages. */
    readonly adapters?: readonly AuthenticatorAdapter[];
    /** A synchronous Standard Schema that reads every token's payload; its output types the claims. */
    readonly claims?: S;
    /** Told of reloads, of what was rejected, and of all that the authenticators report. */
    readonly report?: (event: AuthEvent) => void;
  };

/** What a config made. All of it stands through every reload. */
export interface LoadedAuth<C extends object> {
  readonly interceptor: ServerInterceptor;
  readonly authenticator: ManagedAuthenticator<C>;
  readonly policy: Policy;
  /**
   * Reads the config anew and swaps at once, or rejects with a ConfigError and keeps what runs.
   * `requireReady: false` swaps even if a provider is down.
   */
  reload(options?: { readonly requireReady?: boolean }): Promise<void>;
  /**
   * Reloads when the file, or one that it names, has changed and stays so for half a second. A change
   * that would weaken a method's rule is told to `onReload` and waits for reload().
   */
  watch(options?: { readonly onReload?: (error: Error | undefined) => void }): void;
  close(): Promise<void>;
}

/**
 * Makes the authenticator, the policy and the interceptor that a config describes. Our own adapters
 * are imported when the config names them. Nothing is fetched yet: while a provider is down, calls get
 * UNAVAILABLE; await `authenticator.ready()` to insist.
 *
 * @throws ConfigError with everything that is wrong, each with its line, what came and what is wanted.
 * @example
 * const auth = await loadAuth({ file: 'grpc-authn.yaml', services: [Orders.service] });
 * const server = new grpc.Server({ interceptors: [auth.interceptor] });
 * auth.watch({ onReload: (error) => error && console.error(error.message) });
 */
export async function loadAuth<S extends StandardSchemaV1 | undefined = undefined>(
  options: LoadAuthOptions<S>,
): Promise<LoadedAuth<LoadedClaims<S>>> {
  checkOptionNames('loadAuth', options, OPTION_NAMES);
  const {
    file,
    config,
    services,
    adapters = [],
    claims,
    report,
    ...interceptor
  } = options as Options;
  if ((file === undefined) === (config === undefined)) {
    throw wrongOption('file', file === undefined ? 'neither' : 'both', 'either file or config');
  }
  const path = file === undefined ? undefined : resolve(checkText('file', file));
  if (!Array.isArray(adapters)) {
    throw wrongOption('adapters', describeValue(adapters), 'a list of adapters');
  }
  checkFunction('report', report);
  const clock = checkClock(interceptor.clock);
  const reloader = new Reloader({
    read: () =>
      path === undefined
        ? readConfigObject(config, process.env)
        : readConfigFile(path, process.env),
    build: { adapters, services, claims, clock: interceptor.clock, report: report ?? ignore },
    clock,
  });
  await reloader.start();
  return new Loaded(reloader, path, clock, interceptor) as LoadedAuth<object> as LoadedAuth<
    LoadedClaims<S>
  >;
}

type Options = Omit<AuthInterceptorOptions, 'authenticator' | 'policy'> & {
  readonly file?: string;
  readonly config?: unknown;
  readonly services?: readonly ServiceLike[];
  readonly adapters?: readonly AuthenticatorAdapter[];
  readonly claims?: StandardSchemaV1;
  readonly report?: (event: AuthEvent) => void;
};

const OPTION_NAMES: readonly string[] = [
  'file',
  'config',
  'services',
  'adapters',
  'claims',
  'report',
  'credentials',
  'statuses',
  'timeoutMs',
  'streams',
  'propagation',
  'forwardToken',
  'onDecision',
  'clock',
];

class Loaded implements LoadedAuth<object> {
  readonly authenticator: ManagedAuthenticator<object>;
  readonly policy: Policy;
  readonly interceptor: ServerInterceptor;
  readonly #reloader: Reloader;
  readonly #file: string | undefined;
  readonly #clock: ReturnType<typeof checkClock>;
  #watcher: Watcher | undefined;

  constructor(
    reloader: Reloader,
    file: string | undefined,
    clock: ReturnType<typeof checkClock>,
    options: Omit<AuthInterceptorOptions, 'authenticator' | 'policy'>,
  ) {
    this.#reloader = reloader;
    this.#file = file;
    this.#clock = clock;
    this.authenticator = reloader.authenticator;
    this.policy = reloadablePolicy(() => reloader.current.policy);
    this.interceptor = createAuthInterceptor({
      ...options,
      authenticator: this.authenticator,
      policy: this.policy,
    });
  }

  reload({ requireReady = true }: { readonly requireReady?: boolean } = {}): Promise<void> {
    return this.#reloader.reload({ requireReady, allowWeaker: true });
  }

  watch({ onReload }: { readonly onReload?: (error: Error | undefined) => void } = {}): void {
    checkFunction('onReload', onReload);
    if (this.#file === undefined) {
      throw wrongOption('config', 'an object', 'a file, since an object is not watched');
    }
    this.#watcher?.stop();
    this.#watcher = new Watcher(this.#file, this.#reloader, this.#clock, onReload);
    this.#watcher.start();
  }

  close(): Promise<void> {
    this.#watcher?.stop();
    return this.#reloader.close();
  }
}

function ignore(): void {}
