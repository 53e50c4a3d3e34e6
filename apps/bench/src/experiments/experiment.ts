import type { Measurement } from '../statistics/measurement.ts';
import type { Scale } from './scale.ts';
import type { Scope } from './scope.ts';

/** Reports progress. */
export type Report = (progress: string) => void;

/** One experiment on one Node.js, in its own process. */
export type Experiment = (
  scale: Scale,
  report: Report,
  scope: Scope,
) => Promise<readonly Measurement[]>;
