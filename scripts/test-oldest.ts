// Runs the end-to-end tests on the oldest Node.js. `test` runs the wire cases and the consumers there.
import { join } from 'node:path';
import { check, endToEnd, NODE_20, runSteps } from './test-steps.ts';

runSteps([
  ['build', () => check([process.execPath, join('scripts', 'build.ts')])],
  ['end to end on the oldest Node.js', () => endToEnd(NODE_20)],
]);
