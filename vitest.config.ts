import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// Tests read the sources through this condition, so that they need no build.
const conditions = ['@grpc-authn/source', 'module', 'node', 'default'];

// connect-node needs Node.js 22: on an older one the tests of the package are left out.
const [major = 0] = process.versions.node.split('.').map(Number);
const tooNew = major < 22 ? ['packages/connect/**'] : [];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/config-files/test/**/*.test.ts',
      'scripts/test/**/*.test.ts',
    ],
    exclude: [...configDefaults.exclude, ...tooNew],
    // By default, vitest leaves one core idle.
    maxWorkers: availableParallelism(),
    // No test waits for time to pass: the limit only ends one that would hang, on a busy machine too.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { interval: 10, timeout: 60_000 } },
  },
});
