import type { Measurement } from '../src/statistics/measurement.ts';

/** One number of a run, with quartiles a given distance from its median. */
export function measured(
  where: Pick<Measurement, 'experiment' | 'scenario' | 'subject' | 'measure'>,
  median: number,
  spread = 0,
): Measurement {
  return { ...where, unit: '×', median, q1: median - spread, q3: median + spread, samples: 25 };
}
