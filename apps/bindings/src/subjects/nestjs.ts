import { createAuthInterceptor } from '@grpc-authn/core';
import { type Server, ServerCredentials, type ServerInterceptor } from '@grpc/grpc-js';
import type * as nestjsBinding from '@grpc-authn/nestjs';
import type * as nestjsCommon from '@nestjs/common';
import type * as nestjsCore from '@nestjs/core';
import type * as nestjsMicroservices from '@nestjs/microservices';
import { GRPC } from '../clients/grpc.ts';
import { CALL_KINDS, POLICY, SERVICE } from '../echo.ts';
import { Seen } from '../seen.ts';
import type { BindingSubject, RunningSubject, SubjectOptions } from '../subject.ts';
import { definitionOf, METHODS } from './definition.ts';
import { PASS_ON } from './grpc-js.ts';
import { controllerOf, nameOf } from './nestjs-controller.ts';

type GrpcOptions = nestjsMicroservices.GrpcOptions;
type Options = GrpcOptions['options'];

/** One version of NestJS, and the binding that imports it. */
export interface Nest {
  readonly binding: typeof nestjsBinding;
  readonly common: typeof nestjsCommon;
  readonly core: typeof nestjsCore;
  readonly microservices: typeof nestjsMicroservices;
}

/** What a handler of a stream of requests has: Observables, or the call of grpc-js. Other handlers are the same. */
export type Style = 'Observables' | 'calls';

/** What an application is made of. By default everything is there, and it is no hybrid one. */
interface Parts {
  readonly auth?: boolean;
  readonly module?: boolean;
  readonly hybrid?: 'plain' | 'inheritAppConfig';
  readonly options?: Partial<Options>;
}

type Start = (options: SubjectOptions, parts?: Parts) => Promise<RunningSubject>;

export function nestjsSubject(version: number, nest: Nest, style: Style): BindingSubject {
  const start: Start = (options, parts = {}) => serve(nest, style, options, parts);
  const without = (parts: Parts) => (options: SubjectOptions) => start(options, parts);
  return {
    name: `NestJS ${version}, ${style}`,
    protocols: [GRPC],
    kinds: CALL_KINDS,
    start,
    forgotten: {
      'withGrpcAuth(): the module alone': without({ auth: false }),
      'withGrpcAuth() in a hybrid application': without({ auth: false, hybrid: 'plain' }),
      'withGrpcAuth() in a hybrid application with inheritAppConfig': without({
        auth: false,
        hybrid: 'inheritAppConfig',
      }),
      'withGrpcAuth(): options.interceptors': ({ auth, ...others }) => {
        const interceptors = [createAuthInterceptor({ ...auth, policy: POLICY })];
        const options = { interceptors } as Partial<Options>;
        return start({ auth, ...others }, { auth: false, options });
      },
      'GrpcAuthModule: withGrpcAuth() alone': without({ module: false }),
      'the start of a hybrid application whose port is open': without({ hybrid: 'plain' }),
    },
    differences: {},
  };
}

async function serve(
  nest: Nest,
  style: Style,
  options: SubjectOptions,
  { auth = true, module = true, hybrid, options: own }: Parts,
): Promise<RunningSubject> {
  const seen = new Seen();
  const { port, grpc } = transportOf(nest, options, seen, own);
  const transport = auth ? withAuth(nest, grpc, options) : grpc;
  class AppModule {
    readonly name = 'app';
  }
  nest.common.Module({
    imports: module ? [nest.binding.GrpcAuthModule.forRoot()] : [],
    controllers: [controllerOf(nest, style, seen.watch(options.handle))],
  })(AppModule);
  const quiet = { logger: false, abortOnError: false } as const;
  if (hybrid === undefined) {
    const app = await nest.core.NestFactory.createMicroservice(AppModule, {
      ...transport,
      ...quiet,
    });
    await app.listen();
    return { port: await port, seen, close: () => app.close() };
  }
  const app = await nest.core.NestFactory.create(AppModule, quiet);
  const inheritAppConfig = hybrid === 'inheritAppConfig';
  app.connectMicroservice(transport, { inheritAppConfig });
  await app.startAllMicroservices();
  return { port: await port, seen, close: () => app.close() };
}

/** On a port that the system chooses. NestJS does not report it, so the server binds a second one. */
function transportOf(
  { microservices }: Nest,
  { maxMessageBytes }: SubjectOptions,
  seen: Seen,
  own: Partial<Options> = {},
) {
  let bound: (port: number) => void;
  const port = new Promise<number>((resolve) => (bound = resolve));
  const methods = METHODS.map((method) => [nameOf(method), definitionOf(method, seen)]);
  const grpc: GrpcOptions = {
    transport: microservices.Transport.GRPC,
    options: {
      url: '127.0.0.1:0',
      package: SERVICE.slice(0, SERVICE.lastIndexOf('.')),
      packageDefinition: { [SERVICE]: Object.fromEntries(methods) as object },
      onLoadPackageDefinition: (_: unknown, server: Server) => {
        server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, chosen) =>
          bound(chosen),
        );
      },
      ...(maxMessageBytes !== undefined && { maxReceiveMessageLength: maxMessageBytes }),
      ...own,
    },
  };
  return { port, grpc };
}

function withAuth(
  { binding }: Nest,
  grpc: GrpcOptions,
  { auth, interceptors = 'none' }: SubjectOptions,
): GrpcOptions {
  const before: Readonly<Record<typeof interceptors, readonly ServerInterceptor[]>> = {
    none: [],
    around: [PASS_ON],
    twice: [createAuthInterceptor({ ...auth, policy: POLICY })],
  };
  const withOthers = { interceptors: before[interceptors] } as object;
  const { options } = grpc;
  const made = binding.withGrpcAuth(
    { ...grpc, options: { ...options, channelOptions: withOthers } },
    auth,
  );
  if (interceptors === 'around') {
    const { channelOptions } = made.options;
    (channelOptions as { interceptors: ServerInterceptor[] }).interceptors.push(PASS_ON);
  }
  return made;
}
