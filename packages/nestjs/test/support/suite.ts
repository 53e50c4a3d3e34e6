import { afterEach, vi } from 'vitest';
import { describeCustomTransports } from './custom-transports.ts';
import { describeForgotten } from './forgotten.ts';
import { describeHybrid } from './hybrid.ts';
import { describeKinds } from './kinds.ts';
import { describeRules } from './rules.ts';
import { describeStreams } from './streams.ts';
import { describeUnreachedRules } from './unreached-rules.ts';

/** Everything that depends on the version of NestJS. */
export function describeBinding(version: Parameters<typeof describeStreams>[0]): void {
  afterEach(() => vi.restoreAllMocks());
  describeKinds();
  describeForgotten();
  describeCustomTransports();
  describeHybrid();
  describeRules();
  describeUnreachedRules();
  describeStreams(version);
}
