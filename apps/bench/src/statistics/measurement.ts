import { summarize, type Summary } from './summary.ts';

/** One number of a run: the subject, and its cost. */
export interface Measurement extends Summary {
  readonly experiment: string;
  readonly scenario: string;
  readonly subject: string;
  readonly measure: string;
  readonly unit: 'µs' | 'ms' | '×' | 'bytes' | 'kB' | 'packages' | '%';
}

export type Measured = Pick<Measurement, 'experiment' | 'scenario' | 'subject'>;

export function measurement(
  what: Measured,
  measure: string,
  unit: Measurement['unit'],
  samples: readonly number[],
): Measurement {
  return { ...what, measure, unit, ...summarize(samples) };
}
