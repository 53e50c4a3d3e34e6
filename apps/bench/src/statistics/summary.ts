/** A summary of samples: the median, and the quartiles around it. */
export interface Summary {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  readonly samples: number;
}

/** Medians, because on a shared machine the slow samples show the load of other processes. */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0 || !samples.every(Number.isFinite)) {
    throw new RangeError(`cannot summarize ${samples.length} samples`);
  }
  const sorted = samples.toSorted((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
    samples: sorted.length,
  };
}

/** Interpolates between two samples. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}

/** Each sample divided by the one of the same round: what slowed both down cancels out. */
export function pairedRatios(
  samples: readonly number[],
  beside: readonly number[],
): readonly number[] {
  if (samples.length !== beside.length)
    throw new RangeError('expected as many samples on both sides');
  return samples.map((sample, index) => sample / beside[index]!);
}
