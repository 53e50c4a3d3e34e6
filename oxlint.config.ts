import { defineConfig } from 'oxlint';

/** Core's layers, lowest first: a folder imports only from itself and from those before it. */
const CORE_LAYERS = ['errors', 'client', 'contract', 'compose', 'policy', 'gate', 'grpc'];

/** Every door of the family's packages and apps. */
const DOORS = [
  'core',
  'core/authenticator',
  'core/client',
  'core/internal',
  'jwt',
  'jwt/internal',
  'hs256',
  'provider',
  'jwks',
  'jwks/key-source',
  'oidc',
  'introspection',
  'config',
  'testing',
  'example',
  'bench',
  'e2e',
];

/** Which of them a package may import. Nobody imports an app. */
const ADAPTER_BASE = ['core/authenticator', 'core/internal'];
const PACKAGE_LAYERS: Record<string, readonly string[]> = {
  jwt: ADAPTER_BASE,
  hs256: [...ADAPTER_BASE, 'jwt', 'jwt/internal'],
  provider: ADAPTER_BASE,
  jwks: [...ADAPTER_BASE, 'jwt', 'jwt/internal', 'provider'],
  oidc: [...ADAPTER_BASE, 'jwt', 'jwt/internal', 'provider', 'jwks', 'jwks/key-source'],
  introspection: [...ADAPTER_BASE, 'jwt', 'jwt/internal', 'provider'],
};

type Restriction = { regex: string; message: string };

function restrict(files: string[], patterns: Restriction[]) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] as never } };
}

function onlyFamily(allowed: readonly string[]): Restriction {
  const forbidden = DOORS.filter((door) => !allowed.includes(door));
  return {
    regex: `^@grpc-authn/(${forbidden.join('|')})$`,
    message: `of this family it may import ${allowed.join(', ') || 'nothing'}`,
  };
}

const NO_APPS: Restriction = { regex: '(^|/)apps/', message: 'nobody imports an app' };
const NO_GRPC: Restriction = { regex: '^@grpc/', message: 'gRPC stands in core/src/grpc alone' };

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  options: { typeAware: true },
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  // What consumers compile has its types only where it is installed.
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
    // Statuses come from outside as plain numbers.
    'typescript/no-unsafe-enum-comparison': 'off',
    // Records of a handful of members, made once.
    'oxc/no-map-spread': 'off',
    // A loop that waits on purpose: one key, one page, one step after the other.
    'no-await-in-loop': 'off',
    // A small function may stand beside its one use.
    'unicorn/consistent-function-scoping': 'off',
    // What comes from outside is checked and then named; the check stands right above.
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-unassigned-import': 'off',
    'promise/always-return': 'off',
    // Node's own look-up takes a callback.
    'promise/no-promise-in-callback': 'off',
    'promise/no-callback-in-promise': 'off',
    'unicorn/no-thenable': 'off',
  },
  overrides: [
    ...Object.entries(PACKAGE_LAYERS).map(([name, allowed]) =>
      restrict([`packages/${name}/src/**`], [onlyFamily(allowed), NO_APPS, NO_GRPC]),
    ),
    ...CORE_LAYERS.map((layer, index) =>
      restrict(
        [`packages/core/src/${layer}/**`],
        [
          onlyFamily([]),
          ...(layer === 'grpc' ? [] : [NO_GRPC]),
          {
            regex: `^\\.\\./(${[...CORE_LAYERS.slice(index + 1), '[^/]+$'].join('|')})`,
            message: `core's layers, lowest first: ${CORE_LAYERS.join(', ')}`,
          },
        ],
      ),
    ),
    restrict(
      ['packages/core/src/{authenticator,client,internal}.ts'],
      [
        onlyFamily([]),
        NO_GRPC,
        { regex: '^\\./grpc/', message: 'this entry point has no gRPC inside' },
      ],
    ),
    // config and testing meet grpc-js through core's public names, in types only.
    restrict(
      ['packages/{config,testing}/src/**'],
      [onlyFamily(['core', ...ADAPTER_BASE]), NO_APPS],
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
