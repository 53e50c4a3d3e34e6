import { describeTelemetry } from './support/suite.ts';
import * as sdk from './support/sdk-1.10.ts';

describeTelemetry(sdk);
