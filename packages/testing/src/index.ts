export type { FailureMode } from './failures.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { startTestIssuer, type TestIssuer } from './test-issuer.ts';
