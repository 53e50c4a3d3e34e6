import type { BindingSubject } from '../subject.ts';

export interface Entry {
  readonly name: string;
  /** The oldest major version of Node.js that the framework supports. */
  readonly since: number;
  /** Imported only where it is supported. */
  readonly load: () => Promise<BindingSubject>;
}

/** The columns of the table. */
export const SUBJECTS: readonly Entry[] = [
  { name: 'grpc-js', since: 20, load: async () => (await import('./grpc-js.ts')).GRPC_JS },
  { name: 'Connect', since: 22, load: async () => (await import('./connect.ts')).CONNECT_NODE },
  { name: 'nice-grpc', since: 20, load: async () => (await import('./nice-grpc.ts')).NICE_GRPC },
  ...(['Observables', 'calls'] as const).flatMap((style) => [
    {
      name: `NestJS 12, ${style}`,
      since: 20,
      load: async () => (await import('./nestjs-12.ts')).nestjs12(style),
    },
    {
      name: `NestJS 11, ${style}`,
      since: 20,
      load: async () => (await import('./nestjs-11.ts')).nestjs11(style),
    },
  ]),
  {
    name: 'plain HTTP/2',
    since: 20,
    load: async () => (await import('./plain-http2.ts')).PLAIN_HTTP2,
  },
];
