import type { ServiceLike } from '@grpc-authn/core';
import { GrpcMethodStreamingType, type GrpcOptions, ServerGrpc } from '@nestjs/microservices';
import type { Handler } from './handlers.ts';

/** The services of a transport. */
export interface GrpcServices {
  readonly definitions: readonly ServiceLike[];
  /** By the path of its method, '/pkg.Service/Method'. */
  readonly handlers: ReadonlyMap<string, Handler>;
}

/** A method in a definition of proto-loader. */
interface Method {
  readonly path: string;
  readonly originalName?: string;
  readonly requestStream: boolean;
}

const { NO_STREAMING, PT_STREAMING, RX_STREAMING } = GrpcMethodStreamingType;

/**
 * Reads the definitions of a transport, and which handler NestJS chooses for each method. Both are answers of
 * NestJS itself, from a server that never listens.
 */
export function readServices(
  options: GrpcOptions['options'],
  handlers: readonly Handler[],
): GrpcServices {
  // This callback is for the server that listens.
  const { onLoadPackageDefinition: _, ...others } = options;
  const server = new ServerGrpc(others);
  const found = addHandlers(server, handlers);
  const definitions: ServiceLike[] = [];
  const chosen = new Map<string, Handler>();
  const root: unknown = server.loadProto();
  for (const packageName of [options.package].flat()) {
    for (const { name, service } of server.getServiceNames(
      server.lookupPackage(root, packageName),
    )) {
      const { service: definition } = service as {
        readonly service: Readonly<Record<string, Method>>;
      };
      definitions.push(definition);
      for (const [method, described] of Object.entries(definition)) {
        const handler = found.get(handlerFor(server, name, method, described));
        if (handler !== undefined) chosen.set(described.path, handler);
      }
    }
  }
  return { definitions, handlers: chosen };
}

type Registered = ReturnType<ServerGrpc['getMessageHandler']> | undefined;

function addHandlers(
  server: ServerGrpc,
  handlers: readonly Handler[],
): ReadonlyMap<Registered, Handler> {
  const added = new Map<Registered, Handler>();
  for (const handler of handlers) {
    for (const pattern of handler.patterns) {
      const entry = (): Promise<never> => Promise.reject(new Error('this server never listens'));
      server.addHandler(pattern, entry);
      added.set(entry, handler);
    }
  }
  return added;
}

/** grpc-js also accepts a method's name as the .proto has it. */
function handlerFor(server: ServerGrpc, service: string, name: string, method: Method): Registered {
  const { originalName = name, requestStream } = method;
  const styles = requestStream ? [RX_STREAMING, PT_STREAMING] : [NO_STREAMING];
  return [name, originalName]
    .flatMap((rpc) => styles.map((style) => server.getMessageHandler(service, rpc, style, method)))
    .find((handler: Registered) => handler !== undefined);
}
