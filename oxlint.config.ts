import { defineConfig } from 'oxlint';
import { CORE_LAYERS } from './scripts/graph/floors.ts';

/** Every entry point of the packages and apps. */
const ENTRY_POINTS = [
  'core',
  'core/authenticator',
  'core/client',
  'core/descriptor-set',
  'core/internal',
  'jwt',
  'jwt/adapter',
  'jwt/internal',
  'hs256',
  'hs256/adapter',
  'provider',
  'provider/adapter',
  'jwks',
  'jwks/adapter',
  'jwks/internal',
  'oidc',
  'oidc/adapter',
  'introspection',
  'introspection/adapter',
  'spiffe',
  'spiffe/adapter',
  'client',
  'client/node',
  'client/grpc-js',
  'client/connect',
  'config',
  'config/adapter',
  'cli',
  'testing',
  'nice-grpc',
  'connect',
  'nestjs',
  'nestjs/testing',
  'nestjs-11',
  'opentelemetry',
  'opentelemetry-1.9',
  'example',
  'bench',
  'bindings',
  'e2e',
  'config-files',
];

/** The entry points that a package may import. Apps are never imported. */
const ADAPTER_BASE = ['core/authenticator', 'core/internal'];
const PACKAGE_LAYERS: Record<string, readonly string[]> = {
  jwt: ADAPTER_BASE,
  hs256: [...ADAPTER_BASE, 'jwt', 'jwt/internal'],
  provider: ADAPTER_BASE,
  jwks: [...ADAPTER_BASE, 'jwt', 'jwt/internal', 'provider'],
  oidc: [...ADAPTER_BASE, 'jwt', 'jwt/internal', 'provider', 'jwks', 'jwks/internal'],
  introspection: [...ADAPTER_BASE, 'jwt', 'jwt/internal', 'provider'],
  spiffe: [...ADAPTER_BASE, 'jwt', 'jwt/internal', 'provider', 'jwks/internal'],
  connect: ['core/authenticator'],
  opentelemetry: ADAPTER_BASE,
};

/** Bindings to frameworks over grpc-js. */
const BINDINGS_OF_GRPC_JS = ['nice-grpc', 'nestjs'];

/** Which of them a package's config plug-in may import as well: the kit, and the plug-ins it extends. */
const PLUGIN_LAYERS: Record<string, readonly string[]> = {
  jwt: ['config/adapter'],
  hs256: ['config/adapter', 'jwt/adapter'],
  provider: ['config/adapter'],
  jwks: ['config/adapter', 'jwt/adapter', 'provider/adapter'],
  oidc: ['config/adapter', 'jwt/adapter', 'jwks/adapter'],
  introspection: ['config/adapter', 'provider/adapter'],
  spiffe: ['config/adapter', 'provider/adapter'],
};

type Restriction = { regex: string; message: string; allowTypeImports?: boolean };

function restrict(files: string[], patterns: Restriction[]) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] as never } };
}

function onlyFamily(allowed: readonly string[]): Restriction {
  const forbidden = ENTRY_POINTS.filter((entry) => !allowed.includes(entry));
  return {
    regex: `^@grpc-authn/(${forbidden.join('|')})$`,
    message: `of these packages it may import ${allowed.join(', ') || 'none'}`,
  };
}

const NO_APPS: Restriction = { regex: '(^|/)apps/', message: 'apps are never imported' };
const NO_GRPC: Restriction = { regex: '^@grpc/', message: 'only core/src/grpc imports gRPC' };

const NO_ZOD: Restriction = {
  regex: '^zod(/|$)',
  message: 'only packages/config/src/adapter imports zod: import { z } from there',
};
const NO_PLUGIN: Restriction = {
  regex: '^\\.\\.?/(.*/)?adapter(/|\\.ts$)',
  message: 'the plug-in is an entry point of its own, because it loads zod',
};

const NO_NODE_JS: Restriction = {
  regex: '^node:|^\\.\\.?/(.*/)?node(/|\\.ts$)',
  message: 'the main entry point and ./connect run in browsers',
};

const NO_REFLECTION: Restriction = {
  regex: '^@bufbuild/protobuf(/([^w]|wk).*)?$',
  message: 'protobuf reflection is loaded by core/src/descriptor-set alone; types are free',
  allowTypeImports: true,
};

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  options: { typeAware: true },
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  // The types of these files exist only where consumers install the packages.
  ignorePatterns: ['**/dist/**', '**/*.gen.*', 'scripts/consumers/projects/types/**'],
  rules: {
    'import/no-default-export': 'error',
    'import/no-cycle': 'error',
    'no-console': 'error',
    eqeqeq: 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-floating-promises': [
      'error',
      {
        allowForKnownSafeCalls: [
          { from: 'package', name: ['describe', 'it'], package: 'node:test' },
        ],
      },
    ],
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    // tsc knows when every case of a switch returns.
    'typescript/consistent-return': 'off',
    // Statuses are received as plain numbers.
    'typescript/no-unsafe-enum-comparison': 'off',
    // Objects with few members, created once.
    'oxc/no-map-spread': 'off',
    // Loops wait on purpose: one key, one page, one step after the other.
    'no-await-in-loop': 'off',
    // A small function may be defined next to its only use.
    'unicorn/consistent-function-scoping': 'off',
    // Input is checked first; the check is right above the assertion.
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-unassigned-import': 'off',
    'promise/always-return': 'off',
    // Node's own lookup takes a callback.
    'promise/no-promise-in-callback': 'off',
    'promise/no-callback-in-promise': 'off',
    'unicorn/no-thenable': 'off',
  },
  overrides: [
    ...Object.entries(PACKAGE_LAYERS).map(([name, allowed]) =>
      restrict(
        [`packages/${name}/src/**`],
        [onlyFamily(allowed), NO_APPS, NO_GRPC, NO_ZOD, NO_PLUGIN],
      ),
    ),
    ...Object.entries(PLUGIN_LAYERS).map(([name, allowed]) =>
      restrict(
        [`packages/${name}/src/adapter.ts`, `packages/${name}/src/adapter/**`],
        [onlyFamily([...(PACKAGE_LAYERS[name] ?? []), ...allowed]), NO_APPS, NO_GRPC, NO_ZOD],
      ),
    ),
    restrict(
      ['packages/client/src/**'],
      [onlyFamily(['core/client']), NO_APPS, NO_GRPC, NO_ZOD, NO_NODE_JS],
    ),
    restrict(
      ['packages/client/src/node.ts', 'packages/client/src/node/**'],
      [onlyFamily([...ADAPTER_BASE, 'provider']), NO_APPS, NO_GRPC, NO_ZOD],
    ),
    // The entry point for clients of grpc-js.
    restrict(
      ['packages/client/src/grpc-js.ts', 'packages/client/src/grpc-js/**'],
      [onlyFamily(['core/client']), NO_APPS, NO_ZOD],
    ),
    // A binding is what anybody could write: it imports public entry points only.
    restrict(
      BINDINGS_OF_GRPC_JS.map((name) => `packages/${name}/src/**`),
      [onlyFamily(['core']), NO_APPS, NO_ZOD],
    ),
    restrict(
      ['packages/nestjs/src/testing.ts', 'packages/nestjs/src/testing/**'],
      [onlyFamily(['core', 'testing']), NO_APPS, NO_ZOD],
    ),
    ...CORE_LAYERS.map((layer, index) =>
      restrict(
        [`packages/core/src/${layer}/**`],
        [
          onlyFamily([]),
          NO_ZOD,
          ...(layer === 'grpc' ? [] : [NO_GRPC]),
          ...(layer === 'descriptor-set' ? [] : [NO_REFLECTION]),
          {
            regex: `^\\.\\./(${[...CORE_LAYERS.slice(index + 1), '[^/]+$'].join('|')})`,
            message: `core's layers, lowest first: ${CORE_LAYERS.join(', ')}`,
          },
        ],
      ),
    ),
    restrict(
      ['packages/core/src/{authenticator,client,descriptor-set,internal}.ts'],
      [
        onlyFamily([]),
        NO_GRPC,
        NO_ZOD,
        { regex: '^\\./grpc/', message: 'this entry point does not load gRPC' },
      ],
    ),
    // The command reads configs as a server does, and calls servers as a client does.
    restrict(
      ['packages/cli/src/**'],
      [onlyFamily(['core', 'core/client', 'config', 'config/adapter']), NO_APPS, NO_ZOD],
    ),
    // config and testing use grpc-js only through core's public types.
    restrict(
      ['packages/{config,testing}/src/**'],
      [onlyFamily(['core', 'core/descriptor-set', ...ADAPTER_BASE]), NO_APPS, NO_ZOD],
    ),
    // The kit for plug-ins, which third parties build on.
    restrict(
      ['packages/config/src/adapter.ts'],
      [onlyFamily(ADAPTER_BASE), NO_APPS, NO_GRPC, NO_ZOD],
    ),
    restrict(
      ['packages/config/src/adapter/**'],
      [
        onlyFamily(ADAPTER_BASE),
        NO_APPS,
        NO_GRPC,
        { regex: '^\\.\\./', message: 'the kit imports core only, and nothing of the loader' },
      ],
    ),
    {
      files: ['*.config.ts', 'scripts/mutation/runner.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    { files: ['scripts/**', 'apps/**'], rules: { 'no-console': 'off' } },
    {
      files: ['**/test/**', '**/test-d/**', 'apps/**'],
      rules: {
        'typescript/no-non-null-assertion': 'off',
        'typescript/no-unsafe-type-assertion': 'off',
      },
    },
  ],
});
