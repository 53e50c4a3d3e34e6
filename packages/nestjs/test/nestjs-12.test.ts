import { describeBinding } from './support/suite.ts';

describeBinding({ completes: true });
