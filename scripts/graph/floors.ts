/**
 * The packages, lowest first: each imports only from the floors below its own. Of config, others import only its
 * plug-in kit, `config/adapter`; the lint rules say so.
 */
export const FLOORS: readonly (readonly string[])[] = [
  ['core'],
  ['config'],
  ['jwt', 'provider', 'testing'],
  ['hs256', 'jwks', 'introspection', 'client', 'connect', 'nice-grpc', 'nestjs', 'opentelemetry'],
  ['oidc', 'spiffe', 'cli'],
];

/** Core's folders, lowest first, by the same rule. */
export const CORE_LAYERS: readonly string[] = [
  'errors',
  'protobuf',
  'refusal',
  'client',
  'queue',
  'contract',
  'compose',
  'policy',
  'credentials',
  'gate',
  'explain',
  'guard',
  'grpc',
  'descriptor-set',
];

/** Undefined for a package that has no floor yet. */
export function floorOf(name: string): number | undefined {
  const floor = FLOORS.findIndex((names) => names.includes(name));
  return floor === -1 ? undefined : floor;
}
