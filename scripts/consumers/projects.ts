import { join } from 'node:path';

/** A project that installs our packages: its dependencies, and what it runs. */
export interface Project {
  readonly name: string;
  /** Our packages, without the scope. */
  readonly ours: readonly string[];
  readonly others?: readonly string[];
  /** All packages that may be installed. Any other package is reported. */
  readonly only?: readonly string[];
  /** pnpm installs strictly: a package sees only its own dependencies. */
  readonly installer?: 'npm' | 'pnpm';
  /** Files of projects/, with their arguments. */
  readonly programs: readonly (readonly string[])[];
  /** The entry points that a TypeScript file imports, with `skipLibCheck` off. */
  readonly entryPoints: readonly string[];
  /**
   * all: every compiler and module system. ends: the oldest and the newest, as ES modules. newest: the
   * newest only.
   */
  readonly compilers: 'all' | 'ends' | 'newest';
  /** Also part of `--quick`, which `test` runs. */
  readonly quick?: boolean;
  /** More `lib` of the compiler, which the types of others need. */
  readonly lib?: readonly string[];
  /** The oldest major version of Node.js that it supports; default 20. */
  readonly minNode?: number;
}

const README = join(import.meta.dirname, '../../README.md');
const PACKAGES = join(import.meta.dirname, '../../packages');
const SERVERS = join(import.meta.dirname, '../../docs/servers');
const GRPC = '@grpc/grpc-js@^1.14.0';
const CORE = ['@bufbuild/protobuf', '@grpc-authn/core', 'leven'];
// Without config: no zod and no YAML.
const JWT = [...CORE, '@grpc-authn/jwt', '@standard-schema/spec', 'jose'];
const PROVIDER = [
  '@grpc-authn/provider',
  'ipaddr.js',
  'jose',
  'oauth4webapi',
  'openid-client',
  'proxy-from-env',
  'undici',
];
const JWKS = [
  ...JWT,
  ...PROVIDER,
  '@grpc-authn/jwks',
  'jwks-rsa',
  'debug',
  'limiter',
  'lodash.clonedeep',
  'lru-cache',
  'lru-memoizer',
  'ms',
  // jwks-rsa depends on these types.
  '@types/jsonwebtoken',
  '@types/ms',
  '@types/node',
  'undici-types',
];

export const PROJECTS: readonly Project[] = [
  {
    name: 'everything',
    ours: [
      'client',
      'config',
      'core',
      'hs256',
      'introspection',
      'jwks',
      'jwt',
      'oidc',
      'spiffe',
      'testing',
    ],
    others: [GRPC, '@types/node@^20.19.0'],
    programs: [['serve.mjs'], ['serve.cjs'], ['call.mjs']],
    entryPoints: [],
    compilers: 'all',
    quick: true,
  },
  {
    name: 'the README',
    ours: ['core', 'hs256', 'config', 'oidc', 'testing'],
    others: [GRPC, '@grpc/proto-loader@^0.8.0'],
    programs: [['readme.mjs', README]],
    entryPoints: ['core'],
    compilers: 'newest',
    quick: true,
  },
  {
    name: 'the grpc-js recipe',
    ours: ['client', 'core', 'oidc'],
    others: [GRPC, '@grpc/proto-loader@^0.8.0', 'grpc-health-check@^2.1.0'],
    programs: [['recipe.mjs', join(SERVERS, 'grpc-js.md')]],
    entryPoints: ['core', 'client', 'oidc'],
    compilers: 'newest',
    quick: true,
  },
  {
    name: 'the README of nice-grpc',
    ours: ['core', 'hs256', 'nice-grpc'],
    others: [GRPC, 'nice-grpc@^2.1.0', '@grpc/proto-loader@^0.8.0', '@types/node@^20.19.0'],
    programs: [['framework-readme.mjs', README, join(PACKAGES, 'nice-grpc/README.md')]],
    entryPoints: ['nice-grpc'],
    compilers: 'ends',
    quick: true,
  },
  ...[11, 12].map((version) => nestjs(version)),
  {
    name: 'the Connect recipe',
    ours: ['connect', 'core', 'oidc'],
    others: [
      '@connectrpc/connect@^2.3.0',
      '@connectrpc/connect-node@^2.3.0',
      '@bufbuild/protobuf@^2.17.0',
      '@bufbuild/buf@^1.75.0',
      '@bufbuild/protoc-gen-es@^2.17.0',
      '@types/node@^24.0.0',
    ],
    programs: [['recipe.mjs', join(SERVERS, 'connect.md')]],
    entryPoints: ['connect'],
    compilers: 'newest',
    lib: ['dom', 'dom.asynciterable'],
    // Not quick: buf is a download of 144 MB.
    minNode: 22,
  },
  {
    name: 'core',
    ours: ['core'],
    only: CORE,
    programs: [['core.mjs']],
    entryPoints: ['core/authenticator', 'core/client', 'core/descriptor-set', 'core/internal'],
    compilers: 'ends',
  },
  alone('hs256', ['hs256'], [...JWT, '@grpc-authn/hs256'], true),
  alone('jwt', ['jwt', 'jwt/internal'], JWT),
  alone('jwks', ['jwks', 'jwks/internal'], JWKS, true),
  alone('oidc', ['oidc'], [...JWKS, '@grpc-authn/oidc']),
  alone('spiffe', ['spiffe'], [...JWKS, '@grpc-authn/spiffe']),
  alone('introspection', ['introspection'], [...JWT, ...PROVIDER, '@grpc-authn/introspection']),
  {
    name: 'core + client',
    ours: ['core', 'client'],
    only: [...CORE, ...PROVIDER, '@grpc-authn/client'],
    programs: [['tokens.mjs']],
    entryPoints: ['client', 'client/node'],
    compilers: 'ends',
    quick: true,
  },
  {
    name: 'client + Connect',
    ours: ['core', 'client'],
    others: ['@bufbuild/protobuf@^2.2.0', '@connectrpc/connect@^2.0.0', '@types/node@^20.19.0'],
    programs: [['connect.mjs']],
    // Connect's own types need those of a browser.
    entryPoints: ['client'],
    compilers: 'newest',
  },
  {
    name: 'core + opentelemetry',
    ours: ['core', 'opentelemetry'],
    others: [
      '@opentelemetry/api@~1.9.0',
      '@opentelemetry/sdk-metrics@^2.12.0',
      '@opentelemetry/sdk-trace-base@^2.12.0',
      '@types/node@^20.19.0',
    ],
    programs: [['telemetry.mjs']],
    entryPoints: ['opentelemetry'],
    compilers: 'ends',
    quick: true,
  },
  {
    name: 'core + testing',
    ours: ['core', 'testing'],
    only: [...CORE, '@grpc-authn/testing', 'jose'],
    programs: [['testing.mjs']],
    entryPoints: ['testing'],
    compilers: 'ends',
  },
  {
    name: 'config + hs256',
    ours: ['core', 'config', 'hs256'],
    others: [GRPC],
    programs: [['config.mjs']],
    entryPoints: ['core', 'config', 'config/adapter', 'hs256', 'hs256/adapter'],
    // grpc-js depends on the newest types of Node.js, which old compilers cannot read.
    compilers: 'newest',
    quick: true,
  },
  {
    name: 'the command, installed elsewhere',
    ours: ['core', 'config', 'hs256'],
    others: [GRPC],
    programs: [['cli.mjs']],
    entryPoints: ['core'],
    compilers: 'newest',
    quick: true,
  },
  {
    name: 'the command',
    ours: ['cli'],
    others: [GRPC, '@types/node@^20.19.0'],
    programs: [],
    entryPoints: ['cli'],
    compilers: 'ends',
  },
  {
    name: 'every adapter, newest types',
    ours: ['core', 'introspection', 'jwks', 'jwt', 'oidc', 'spiffe', 'testing'],
    others: [GRPC],
    programs: [],
    entryPoints: ['core', 'introspection', 'jwks', 'jwt', 'oidc', 'spiffe', 'testing'],
    compilers: 'newest',
  },
  {
    name: 'config + hs256, by pnpm',
    ours: ['core', 'config', 'hs256'],
    others: [GRPC, '@types/node@^20.19.0'],
    installer: 'pnpm',
    programs: [['serve.mjs'], ['serve.cjs'], ['config.mjs']],
    entryPoints: ['core', 'config', 'hs256'],
    compilers: 'ends',
  },
];

/** NestJS 11 consists of CommonJS modules, 12 of ES modules. */
function nestjs(version: number): Project {
  const nest = ['common', 'core', 'microservices'].map((name) => `@nestjs/${name}@^${version}`);
  return {
    name: `the README of nestjs, NestJS ${version}`,
    ours: ['core', 'hs256', 'nestjs'],
    others: [
      GRPC,
      '@grpc/proto-loader@^0.8.0',
      '@types/node@^20.19.0',
      ...nest,
      'reflect-metadata@^0.2.0',
      'rxjs@^7.8.0',
      'typescript@~5.9.0',
    ],
    programs: [['framework-readme.mjs', README, join(PACKAGES, 'nestjs/README.md')]],
    entryPoints: ['nestjs'],
    compilers: 'ends',
    quick: true,
  };
}

function alone(
  adapter: string,
  entryPoints: readonly string[],
  only: readonly string[],
  quick = false,
): Project {
  const name = `core + ${adapter}`;
  const programs = [['alone.mjs', adapter]];
  return { name, ours: ['core', adapter], only, programs, entryPoints, compilers: 'ends', quick };
}
