import type { WireClient } from '../server/call-many.ts';
import type { BindingServer } from './binding-server.ts';

/** A framework, and how it is called. */
export interface Framework {
  /** The subject in the report. */
  readonly name: string;
  /** The oldest major version of Node.js that it supports. */
  readonly since: number;
  /** Imported in the process of the server. */
  loadServer(): Promise<BindingServer>;
  /** Imported in the process of the experiment. */
  connect(port: number): Promise<WireClient>;
}

const CONNECT = {
  since: 22,
  loadServer: async () => (await import('./connect.ts')).server,
} as const;
const ON_GRPC_JS = {
  since: 20,
  connect: async (port: number) => (await import('./callers.ts')).grpcJs(port),
} as const;

export const FRAMEWORKS: readonly Framework[] = [
  {
    ...ON_GRPC_JS,
    name: 'grpc-js',
    loadServer: async () => (await import('./grpc-js.ts')).server,
  },
  {
    ...ON_GRPC_JS,
    name: 'nice-grpc',
    loadServer: async () => (await import('./nice-grpc.ts')).server,
  },
  {
    ...ON_GRPC_JS,
    name: 'NestJS',
    loadServer: async () => (await import('./nestjs.ts')).server,
  },
  {
    ...CONNECT,
    name: 'Connect',
    connect: async (port) => (await import('./callers.ts')).connect(port),
  },
  {
    ...CONNECT,
    name: 'Connect, gRPC',
    connect: async (port) => (await import('./callers.ts')).connectGrpc(port),
  },
  {
    ...CONNECT,
    name: 'Connect, gRPC-web',
    connect: async (port) => (await import('./callers.ts')).connectGrpcWeb(port),
  },
];
