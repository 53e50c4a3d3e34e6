import { AuthError, type Authenticator, createPrincipal } from '@grpc-authn/core';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { Module, type INestApplication, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type CustomTransportStrategy,
  type GrpcOptions,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { onTestFinished } from 'vitest';
import {
  GrpcAuthModule,
  type GrpcAuthModuleOptions,
  type NestAuthOptions,
  withGrpcAuth,
} from '../../src/index.ts';
import { packageDefinition } from './echo.ts';

/** Tokens are names of callers with the scope `read`; `bad` is refused, and `mallory` has no scope. */
export const authenticator: Authenticator = {
  name: 'names',
  schemes: ['bearer'],
  authenticate: ({ token }) =>
    token === 'bad'
      ? new AuthError('invalid_token', 'signature')
      : createPrincipal({
          authenticator: 'names',
          subject: token,
          scopes: token === 'mallory' ? [] : ['read'],
        }),
};

export interface Setup {
  readonly controllers: readonly Type[];
  readonly providers?: readonly Type[];
  /** Options of the module, or of several; false: the application does not import it. */
  readonly module?: GrpcAuthModuleOptions | readonly GrpcAuthModuleOptions[] | false;
  /** false: without withGrpcAuth(). */
  readonly auth?: NestAuthOptions | false;
  readonly options?: Partial<GrpcOptions['options']>;
}

const QUIET = { logger: false, abortOnError: false } as const;

/** A transport on a port that the system chooses. NestJS does not report it, so the server binds a second one. */
export function transportOf({ auth = { authenticator }, options }: Setup) {
  let bound: (address: string) => void;
  const address = new Promise<string>((resolve) => (bound = resolve));
  const grpc: GrpcOptions = {
    transport: Transport.GRPC,
    options: {
      package: 'test.v1',
      packageDefinition,
      url: '127.0.0.1:0',
      onLoadPackageDefinition: (_: unknown, server: Server) => {
        server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
          bound(error === null ? `127.0.0.1:${port}` : String(error)),
        );
      },
      ...options,
    },
  };
  return { address, grpc: auth === false ? grpc : withGrpcAuth(grpc, auth) };
}

function moduleOf({ controllers, providers = [], module = {} }: Setup): Type {
  class AppModule {
    readonly name = 'app';
  }
  const modules = module === false ? [] : [module].flat();
  Module({
    imports: modules.map((options) => GrpcAuthModule.forRoot(options)),
    controllers: [...controllers],
    providers: [...providers],
  })(AppModule);
  return AppModule;
}

/** A microservice, started. Returns its address. */
export async function startMicroservice(
  setup: Setup,
  strategy?: (options: GrpcOptions['options']) => CustomTransportStrategy,
): Promise<string> {
  const { address, grpc } = transportOf(setup);
  await startApp(setup, strategy === undefined ? grpc : { strategy: strategy(grpc.options) });
  return address;
}

export async function startApp(
  setup: Setup,
  transport: MicroserviceOptions,
): Promise<INestMicroservice> {
  const options = { ...transport, ...QUIET };
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(moduleOf(setup), options);
  onTestFinished(() => app.close());
  await app.listen();
  return app;
}

export interface Hybrid {
  readonly app: INestApplication;
  readonly address: string;
}

/** A hybrid application whose gRPC port is open, and which has not started: its hooks have not run. */
export async function openHybrid(setup: Setup, inheritAppConfig = false): Promise<Hybrid> {
  const app = await NestFactory.create(moduleOf(setup), QUIET);
  onTestFinished(() => app.close());
  return { app, address: await connect(app, setup, inheritAppConfig) };
}

/** Opens a gRPC port of a hybrid application. */
export async function connect(
  app: INestApplication,
  setup: Setup,
  inheritAppConfig = false,
): Promise<string> {
  const { address, grpc } = transportOf(setup);
  await app.connectMicroservice(grpc, { inheritAppConfig }).listen();
  return address;
}
