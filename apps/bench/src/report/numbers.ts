import type { Measurement } from '../statistics/measurement.ts';

/** Three digits are as precise as a median on such a machine can be. */
export function shown(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

export function withUnit({ median, unit }: Measurement): string {
  return unit === '×' ? shown(median) : `${shown(median)} ${unit}`;
}

/** The median with the first and third quartile. */
export function withSpread({ median, q1, q3, samples, unit }: Measurement): string {
  if (unit === 'packages') return median.toString();
  return samples < 3 ? shown(median) : `${shown(median)} (${shown(q1)}–${shown(q3)})`;
}
