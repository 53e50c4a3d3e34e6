import { ConfigError } from '../errors/config-error.ts';

/** 'pkg.Service' and a method's name, or '*' for all of them. A dot is a dot. */
export interface MethodPattern {
  readonly service: string;
  readonly method: string;
}

const PATTERN =
  /^\/?([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\/(\*|[A-Za-z_][A-Za-z0-9_]*)$/;

/** @throws ConfigError for a key that can name no method. */
export function parsePattern(key: string): MethodPattern {
  const [, service, method] = PATTERN.exec(key) ?? [];
  if (service !== undefined && method !== undefined) return { service, method };
  throw new ConfigError(
    `rule ${JSON.stringify(key)}: wanted 'package.Service/Method' or 'package.Service/*'`,
  );
}

export function pathOf({ service, method }: MethodPattern): string {
  return `/${service}/${method}`;
}

/** Services that stand beside the user's own, and may be named without their definitions. */
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
