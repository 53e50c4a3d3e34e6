import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

// Tests read the sources through the first condition, so that they need no build. The others are those of Node.js.
const conditions = ['@grpc-authn/source', 'node', 'default'];

// connect-node and the SDK of OpenTelemetry's API 1.10 need Node.js 22: their tests are left out on an older one.
const [major = 0] = process.versions.node.split('.').map(Number);
const tooNew =
  major < 22 ? ['packages/connect/**', 'packages/opentelemetry/test/api-1.10.test.ts'] : [];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/{bench,config-files}/test/**/*.test.ts',
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
