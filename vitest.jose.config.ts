import { mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

// The same suite with jose alone as the signature engine (docs/adr/0021).
const conditions = ['@grpc-authn/jose-only'];

export default mergeConfig(base, {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // It says that no promise is made; jose makes one.
  test: { exclude: ['**/synchronous-verdicts.test.ts'] },
});
