import type { Measurement } from '../statistics/measurement.ts';
import type { Scale } from './scale.ts';

/** Tells whoever watches how far it is. */
export type Report = (progress: string) => void;

/** One question to a Node.js, asked in a process of its own. */
export type Experiment = (scale: Scale, report: Report) => Promise<readonly Measurement[]>;
