import { defineConfig } from 'vitest/config';

// Tests read the sources through this condition, so that they need no build.
const conditions = ['@grpc-authn/source', 'module', 'node', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/config-files/test/**/*.test.ts',
      'scripts/test/**/*.test.ts',
    ],
    // A test that takes seconds is a sleep in disguise.
    testTimeout: 10_000,
  },
});
