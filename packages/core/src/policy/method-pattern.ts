/** 'pkg.Service' and a method's name, or '*' for all of them. Dots have no special meaning. */
export interface MethodPattern {
  readonly service: string;
  readonly method: string;
}

const PATTERN =
  /^\/?([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\/(\*|[A-Za-z_][A-Za-z0-9_]*)$/;

/** Undefined for a key that cannot name a method. */
export function parsePattern(key: string): MethodPattern | undefined {
  const [, service, method] = PATTERN.exec(key) ?? [];
  return service === undefined || method === undefined ? undefined : { service, method };
}

export function pathOf({ service, method }: MethodPattern): string {
  return `/${service}/${method}`;
}

/** Services that run beside the user's own. Rules may name them without their definitions. */
export const INFRASTRUCTURE: readonly string[] = [
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/List',
  '/grpc.health.v1.Health/Watch',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
  '/grpc.channelz.v1.Channelz/GetTopChannels',
  '/grpc.channelz.v1.Channelz/GetServers',
  '/grpc.channelz.v1.Channelz/GetServer',
  '/grpc.channelz.v1.Channelz/GetServerSockets',
  '/grpc.channelz.v1.Channelz/GetChannel',
  '/grpc.channelz.v1.Channelz/GetSubchannel',
  '/grpc.channelz.v1.Channelz/GetSocket',
];
