// For adapters that check the same claims as a JWT authenticator.
export { reportIdentity, reportUse } from './claim-steps.ts';
export { describeClaim, oneOf } from './describe-claim.ts';
export { reportPins, reportSchema } from './schema-steps.ts';
export { StepReporter, type Trace } from './step-reporter.ts';
export { reportTimes } from './time-steps.ts';
