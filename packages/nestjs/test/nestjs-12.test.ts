import { describeKinds } from './support/suite.ts';

describeKinds();
