// Runs all tests again, with jose as the only signature engine (docs/adr/0021).
import { join } from 'node:path';
import { check, endToEnd, NODE_20, runSteps, vitest } from './test-steps.ts';

const JOSE_ONLY = '--conditions=@grpc-authn/jose-only';

runSteps([
  ['build', () => check([process.execPath, join('scripts', 'build.ts')])],
  ['unit', () => vitest('vitest.jose.config.ts')],
  ['end to end', () => endToEnd(process.execPath, JOSE_ONLY)],
  ['end to end on the oldest Node.js', () => endToEnd(NODE_20, JOSE_ONLY)],
]);
