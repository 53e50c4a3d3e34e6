import { ConfigError, type ConfigProblem } from '@grpc-authn/core';
import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { GrpcOptions } from '@nestjs/microservices';
import { readServices } from './grpc-services.ts';
import { guardHandlers, isGrpc, isGuarded, type RpcTransport } from './guarded-transport.ts';
import { findHandlers, type Handler } from './handlers.ts';
import { type GrpcAuthModuleOptions, policyOf } from './module-policy.ts';
import { type PlacedInterceptor, placedIn } from './placed-interceptor.ts';

interface GrpcTransport {
  readonly server: RpcTransport;
  readonly options: GrpcOptions['options'];
  readonly placed: PlacedInterceptor | undefined;
}

const applications = new WeakSet<ModulesContainer>();

/** The provider of GrpcAuthModule: one for each application. */
export class GrpcAuth implements OnApplicationBootstrap {
  readonly #modules: ModulesContainer;
  readonly #options: GrpcAuthModuleOptions;
  readonly #transports: GrpcTransport[] = [];
  #hasStarted = false;

  /** @throws ConfigError for a second one in an application. */
  constructor(modules: ModulesContainer, options: GrpcAuthModuleOptions) {
    if (applications.has(modules)) {
      throw new ConfigError('expected one GrpcAuthModule.forRoot() in an application, received two');
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

  #add(server: RpcTransport): void {
    if (!isGrpc(server)) return;
    guardHandlers(server);
    // Private in the types of NestJS.
    const { options } = server as unknown as { readonly options?: GrpcOptions['options'] };
    const placed = placedIn(options?.channelOptions);
    this.#transports.push({ server, options: options ?? { package: [] }, placed });
    if (this.#hasStarted) this.#startLate();
  }

  #start(): void {
    const handlers = findHandlers(this.#modules);
    const problems = this.#transports.flatMap((transport) => this.#problemsOf(transport, handlers));
    if (problems.length > 0) throw new ConfigError(problems, { title: 'GrpcAuthModule' });
    const waiting = this.#transports.filter(({ placed }) => placed?.isStarted === false);
    if (waiting.length === 0) return;
    const services = this.#transports.map(({ options }) => readServices(options, handlers));
    const policy = policyOf(this.#options, services, handlers);
    for (const { placed } of waiting) placed?.start(policy);
  }

  /** A transport that is connected to a running application: its calls get UNAVAILABLE if it is wrong. */
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
      return problem('expected options of withGrpcAuth(), received options without its interceptor');
    }
    if (!isGuarded(server)) {
      return problem('expected handlers added by addHandler(), received others: this NestJS is unknown');
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
