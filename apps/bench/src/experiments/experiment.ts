import type { Measurement } from '../statistics/measurement.ts';
import type { Scale } from './scale.ts';

/** Reports progress. */
export type Report = (progress: string) => void;

/** One experiment on one Node.js, in its own process. */
export type Experiment = (scale: Scale, report: Report) => Promise<readonly Measurement[]>;
