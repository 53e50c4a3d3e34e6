export { describeAuthenticator } from './contract/describe-authenticator.ts';
export type {
  AuthenticatorSubject,
  Capability,
  OutageKind,
  SubjectInstance,
  TestRunner,
} from './contract/subject.ts';
export type { FailureMode } from './failures.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { startTestIssuer, type TestIssuer } from './test-issuer.ts';
export { type MarkableCall, withPrincipal } from './with-principal.ts';
