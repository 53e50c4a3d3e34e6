import { afterEach, vi } from 'vitest';
import { describeForgotten } from './forgotten.ts';
import { describeHybrid } from './hybrid.ts';
import { describeKinds } from './kinds.ts';
import { describeRules } from './rules.ts';
import { describeStreams } from './streams.ts';

/** Everything that depends on the version of NestJS. */
export function describeBinding(version: Parameters<typeof describeStreams>[0]): void {
  afterEach(() => vi.restoreAllMocks());
  describeKinds();
  describeForgotten();
  describeHybrid();
  describeRules();
  describeStreams(version);
}
