import type { Measurement } from '../src/statistics/measurement.ts';

export const COLD_RS256 = {
  experiment: 'whole call',
  scenario: 'cold, RS256',
  measure: 'server CPU, times bare',
} as const;

/** Makes the numbers of subjects in one cell, each with quartiles a given distance from its median. */
export function measured(where: Pick<Measurement, 'experiment' | 'scenario' | 'measure'>) {
  return (subject: string, median: number, spread = 0): Measurement => ({
    ...where,
    subject,
    unit: '×',
    median,
    q1: median - spread,
    q3: median + spread,
    samples: 25,
  });
}
