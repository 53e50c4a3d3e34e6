import type { DescribedService } from './described-service.ts';
import type { ConfigProblem } from '../errors/config-error.ts';
import { describeValue } from '../errors/option-checks.ts';

/** A service definition of grpc-js, as far as a policy reads it. */
export interface ServiceLike {
  readonly [method: string]: { readonly path: string };
}

/** A service as grpc-js, or as protobuf-es and Connect, define it. */
export type AnyService = ServiceLike | DescribedService;

const EXPECTED = 'a service definition of grpc-js, or a DescService of protobuf-es';

/** By its members, so that core loads no protobuf reflection. */
export function isDescService(service: unknown): service is DescribedService {
  const { kind, typeName, methods, proto, file } = (service ?? {}) as Partial<DescribedService>;
  return (
    kind === 'service' &&
    typeof typeName === 'string' &&
    Array.isArray(methods) &&
    typeof proto === 'object' &&
    typeof file === 'object'
  );
}

/** What is wrong with a value that should be a service: a client, a name, a method without a path. */
export function problemsOfService(service: unknown, path: string): readonly ConfigProblem[] {
  if (isDescService(service)) return [];
  if (typeof service !== 'object' || service === null || Array.isArray(service)) {
    return [{ path, message: `expected ${EXPECTED}, received ${describeValue(service)}` }];
  }
  return Object.entries(service as Readonly<Record<string, unknown>>).flatMap(([name, method]) => {
    const received = (method as { readonly path?: unknown } | null | undefined)?.path;
    if (typeof received === 'string' && /^\/[^/]+\/[^/]+$/.test(received)) return [];
    const message = `expected '/package.Service/Method', received ${describeValue(received)}`;
    return [{ path: `${path}.${name}.path`, message }];
  });
}

/** The path of each method, by its name in the definition. */
export function methodPaths(service: AnyService): ReadonlyMap<string, string> {
  if (isDescService(service)) {
    return new Map(
      service.methods.map(({ localName, name }) => [localName, `/${service.typeName}/${name}`]),
    );
  }
  return new Map(Object.entries(service).map(([name, { path }]) => [name, path]));
}

/** 'package.Service'; undefined for a definition of grpc-js that has no method. */
export function serviceName(service: AnyService): string | undefined {
  if (isDescService(service)) return service.typeName;
  const [path] = methodPaths(service).values();
  return path === undefined ? undefined : serviceOfPath(path);
}

/** 'package.Service' of '/package.Service/Method'. */
export function serviceOfPath(path: string): string {
  return path.slice(1, path.lastIndexOf('/'));
}
