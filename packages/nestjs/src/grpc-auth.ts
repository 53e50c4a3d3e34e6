import { ConfigError, type ConfigProblem } from '@grpc-authn/core';
import {
  Inject,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { GrpcOptions } from '@nestjs/microservices';
import { readServices } from './grpc-services.ts';
import {
  type ClosedBecause,
  guardGrpcPatterns,
  guardHandlers,
  isGrpc,
  isGuarded,
  type RpcTransport,
} from './guarded-transport.ts';
import { findHandlers, type Handler } from './handlers.ts';
import { type GrpcAuthModuleOptions, policyOf } from './module-policy.ts';
import { type PlacedInterceptor, placedIn } from './placed-interceptor.ts';

interface GrpcTransport {
  readonly server: RpcTransport;
  readonly options: GrpcOptions['options'];
  readonly placed: PlacedInterceptor | undefined;
  closed: ClosedBecause;
}

const applications = new WeakSet<ModulesContainer>();

export const MODULE_OPTIONS: symbol = Symbol('options of GrpcAuthModule');

/** The class of GrpcAuthModule: one instance for each application. */
export class GrpcAuth implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #modules: ModulesContainer;
  readonly #options: GrpcAuthModuleOptions;
  readonly #transports: GrpcTransport[] = [];
  #hasStarted = false;

  /** @throws ConfigError for a second one in an application. */
  constructor(modules: ModulesContainer, options: GrpcAuthModuleOptions) {
    if (applications.has(modules)) {
      throw new ConfigError(
        'expected one GrpcAuthModule.forRoot() in an application, received two',
      );
    }
    applications.add(modules);
    this.#modules = modules;
    this.#options = options;
    // NestJS announces a transport before it adds the handlers.
    modules.getRpcTargetRegistry<RpcTransport>().subscribe((server) => this.#add(server));
  }

  /** @throws ConfigError, so that the application does not start. */
  onApplicationBootstrap(): void {
    this.#start();
    this.#hasStarted = true;
  }

  onApplicationShutdown(): void {
    for (const { placed } of this.#transports) placed?.stop(this.#modules);
  }

  #add(server: RpcTransport): void {
    if (!isGrpc(server)) {
      guardGrpcPatterns(server);
      return;
    }
    // Private in the types of NestJS.
    const { options } = server as unknown as { readonly options?: GrpcOptions['options'] };
    const transport: GrpcTransport = {
      server,
      options: options ?? { package: [] },
      placed: placedIn(options?.channelOptions),
      closed: 'starting',
    };
    guardHandlers(server, () => transport.closed);
    this.#transports.push(transport);
    if (this.#hasStarted) this.#startLate();
  }

  #start(): void {
    const starting = this.#transports.filter(({ closed }) => closed === 'starting');
    if (starting.length === 0) return;
    const handlers = findHandlers(this.#modules);
    const problems = starting.flatMap((transport) => {
      const found = this.#problemsOf(transport, handlers);
      if (found.length > 0) transport.closed = 'wrong';
      return found;
    });
    if (problems.length > 0) throw new ConfigError(problems, { title: 'GrpcAuthModule' });
    if (starting.some(({ placed }) => placed?.rulesFrom === 'decorators')) {
      const right = this.#transports.filter(({ closed }) => closed !== 'wrong');
      const services = right.map(({ options }) => readServices(options, handlers));
      const policy = policyOf(this.#options, services, handlers);
      for (const { placed } of starting) placed?.start(policy, this.#modules);
    }
    for (const transport of starting) transport.closed = undefined;
  }

  /** A transport that is connected to a running application: its calls are refused if it is wrong. */
  #startLate(): void {
    try {
      this.#start();
    } catch (error) {
      new Logger('GrpcAuthModule').error(error);
    }
  }

  #problemsOf(
    { server, options, placed }: GrpcTransport,
    handlers: readonly Handler[],
  ): readonly ConfigProblem[] {
    const path = `gRPC transport ${options.url ?? ''}`.trim();
    const problem = (message: string): readonly ConfigProblem[] => [{ path, message }];
    if (placed === undefined) {
      return problem(
        'expected options of withGrpcAuth(), received options without its interceptor',
      );
    }
    if (!isGuarded(server)) {
      return problem(
        'expected handlers added by addHandler(), received others: this NestJS is unknown',
      );
    }
    if (placed.rulesFrom === 'decorators') return [];
    if (placed.rulesFrom === 'policy') {
      return problem(
        'expected no `policy` beside GrpcAuthModule, which makes one of the decorators. Remove the `policy` or the module',
      );
    }
    const ruled = handlers.filter(({ rule }) => rule !== undefined).map(({ name }) => name);
    const given = [...Object.keys(this.#options), ...ruled];
    if (given.length === 0) return [];
    return problem(
      `expected no rules beside an interceptor, which has a policy of its own, received ${given.join(', ')}`,
    );
  }
}

// As parameter decorators, which TypeScript would have to compile.
Inject(ModulesContainer)(GrpcAuth, undefined, 0);
Inject(MODULE_OPTIONS)(GrpcAuth, undefined, 1);
