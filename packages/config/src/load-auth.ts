import { resolve } from 'node:path';
import {
  bearerFromMetadata,
  createAuthInterceptor,
  type AuthError,
  createCallGuard,
  explain,
  type AuthEvent,
  type AuthInterceptorOptions,
  type CallGuard,
  type Credentials,
  type DescriptorSet,
  type Explanation,
  type JsonObject,
  type ManagedAuthenticator,
  type Policy,
  type PolicyOptions,
} from '@grpc-authn/core';
import {
  checkClock,
  checkFunction,
  checkOptionNames,
  checkText,
  describeValue,
  INTERCEPTOR_OPTION_NAMES,
  notify,
  publishEvent,
  readLimits,
  reportEvent,
  reloadablePolicy,
  wrongOption,
} from '@grpc-authn/core/internal';
import type { ServerInterceptor } from '@grpc/grpc-js';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AuthenticatorAdapter } from './adapter/define-adapter.ts';
import { Reloader } from './reload/reloader.ts';
import { Watcher } from './reload/watcher.ts';
import { readConfigFile, readConfigObject } from './source/read-config.ts';

/** The output of the claims schema; without one, a JSON object. */
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
      /** The object that such a file parses to. */
      readonly config: unknown;
    }
) &
  Omit<AuthInterceptorOptions, 'authenticator' | 'policy'> & {
    // `credentials`, the numbers of `limits` and `timeoutMs` may be in the file instead.
    /** The definitions of the server's services. With them, a rule for an unknown method is an error. */
    readonly services?: PolicyOptions['services'];
    /** From readDescriptorSet(): the rules in the .proto files. Or `policy.descriptorSet: path` in the file. */
    readonly descriptorSet?: DescriptorSet;
    /**
     * Third-party adapters. With a bundler, also those of this project, which are otherwise imported by their
     * names in the file.
     */
    readonly adapters?: readonly AuthenticatorAdapter[];
    /** A synchronous Standard Schema that validates every token's payload. Its output types the claims. */
    readonly claims?: S;
    /**
     * Receives every event of the authenticators, `config_reloaded`, `config_rejected` and
     * `config_close_failed`. What it throws is ignored.
     */
    readonly report?: (event: AuthEvent) => void;
  };

/** What loadAuth makes from a config. All of it stays valid across reloads. */
export interface LoadedAuth<C extends object> {
  readonly interceptor: ServerInterceptor;
  /** The guard of the interceptor, for a binding to another framework. */
  readonly guard: CallGuard;
  readonly authenticator: ManagedAuthenticator<C>;
  readonly policy: Policy;
  /**
   * Reads the config again and replaces the running config as a whole. If anything is wrong, rejects with a
   * ConfigError, and the running config stays. `requireReady` (default true) also rejects while a provider
   * cannot be reached. A config that weakens a rule or an authenticator is rejected, and the error's
   * `problems` say where; `allowWeaker` (default false) loads it.
   */
  reload(options?: {
    readonly requireReady?: boolean;
    readonly allowWeaker?: boolean;
  }): Promise<void>;
  /**
   * Reloads when the file, or one that it names, has changed and two reads, a second apart, gave the same
   * bytes. `onReload` receives the error of a rejected reload, else undefined; its own errors are ignored. A
   * change that weakens a rule or an authenticator is rejected; reload({ allowWeaker: true }) loads it.
   */
  watch(options?: { readonly onReload?: (error: Error | undefined) => void }): void;
  /**
   * Verifies credentials by the running config, past every cache, and reports each check. With `method`
   * ('/pkg.Service/Method') also the method's rule. Takes at most `timeoutMs`, as a call does. See explain() of core: the steps contain claim values.
   */
  explain(
    credentials: Credentials | AuthError | undefined,
    options?: { readonly method?: string; readonly signal?: AbortSignal },
  ): Promise<Explanation>;
  close(): Promise<void>;
}

/**
 * Makes the authenticator, the policy and the interceptor that a config describes. Our own adapters are
 * imported when the config names them. Nothing is fetched: while a provider is down, calls get
 * UNAVAILABLE. Await `authenticator.ready()` to wait for the providers.
 *
 * @throws ConfigError whose `problems` list everything that is wrong, each with its path and line.
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
    descriptorSet,
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
  readLimits(interceptor.limits);
  const clock = checkClock(interceptor.clock);
  const reloader = new Reloader({
    read: () =>
      path === undefined
        ? readConfigObject(config, process.env)
        : readConfigFile(path, process.env),
    build: {
      adapters,
      services,
      descriptorSet,
      claims,
      clock: interceptor.clock,
      guard: interceptor,
      // The error of a reload is its caller's, or onReload's.
      report: (event) => {
        if (event.authenticator !== 'config') return reportEvent(report, event);
        publishEvent(event);
        notify(report, event);
      },
    },
    clock,
  });
  await reloader.start();
  try {
    const loaded: LoadedAuth<object> = new Loaded(reloader, path, clock, interceptor);
    return loaded as LoadedAuth<LoadedClaims<S>>;
  } catch (error) {
    // An interceptor option is wrong.
    await reloader.close().catch(() => undefined);
    throw error;
  }
}

type Options = Omit<AuthInterceptorOptions, 'authenticator' | 'policy'> & {
  readonly file?: string;
  readonly config?: unknown;
  readonly services?: PolicyOptions['services'];
  readonly descriptorSet?: DescriptorSet;
  readonly adapters?: readonly AuthenticatorAdapter[];
  readonly claims?: StandardSchemaV1;
  readonly report?: (event: AuthEvent) => void;
};

const OPTION_NAMES: readonly string[] = [
  'file',
  'config',
  'services',
  'descriptorSet',
  'adapters',
  'claims',
  'report',
  ...INTERCEPTOR_OPTION_NAMES.filter((name) => name !== 'authenticator' && name !== 'policy'),
];

class Loaded implements LoadedAuth<object> {
  readonly authenticator: ManagedAuthenticator<object>;
  readonly policy: Policy;
  readonly guard: CallGuard;
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
    const { guard } = reloader.current;
    const {
      credentials = bearerFromMetadata(guard.credentials),
      propagation,
      forwardToken,
      ...binding
    } = options;
    const { authenticator, policy } = this;
    const limits = { ...options.limits, ...guard.limits };
    this.guard = createCallGuard({ ...binding, ...guard, limits, authenticator, policy });
    this.interceptor = createAuthInterceptor({
      guard: this.guard,
      authenticator,
      clock,
      credentials,
      ...(propagation === undefined ? {} : { propagation }),
      ...(forwardToken === undefined ? {} : { forwardToken }),
    });
  }

  reload({
    requireReady = true,
    allowWeaker,
  }: { readonly requireReady?: boolean; readonly allowWeaker?: unknown } = {}): Promise<void> {
    return this.#reloader.reload({ requireReady, allowWeaker: allowWeaker === true });
  }

  watch({ onReload }: { readonly onReload?: (error: Error | undefined) => void } = {}): void {
    checkFunction('onReload', onReload);
    if (this.#file === undefined) {
      throw wrongOption('config', 'an object', 'a file: an object cannot be watched');
    }
    this.#watcher?.stop();
    this.#watcher = new Watcher(this.#file, this.#reloader, this.#clock, onReload);
    this.#watcher.start();
  }

  async explain(
    credentials: Credentials | AuthError | undefined,
    options: { readonly method?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Explanation> {
    checkOptionNames('explain', options, ['method', 'signal']);
    const { authenticator, policy } = this;
    const { timeoutMs } = this.#reloader.current.guard;
    const clock = this.#clock;
    return explain(authenticator, credentials, { ...options, policy, timeoutMs, clock });
  }

  close(): Promise<void> {
    this.#watcher?.stop();
    return this.#reloader.close();
  }
}
