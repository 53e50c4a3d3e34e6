import type { Report } from '../experiments/experiment.ts';

/** Something that can be sampled again and again. */
export interface Sampled {
  readonly name: string;
  sample(): number | Promise<number>;
}

/**
 * Samples each subject once per round, in a new random order, so that no subject always runs in a quiet
 * minute or after the same other subject. Sample n of a subject was taken beside sample n of every other
 * subject.
 */
export async function sampleInRounds(
  subjects: readonly Sampled[],
  rounds: number,
  report: Report,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const samples = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  if (samples.size !== subjects.length)
    throw new RangeError('expected different names, received two equal ones');
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of shuffled(subjects)) {
      samples.get(subject.name)!.push(await subject.sample());
    }
    report(`round ${round + 1} of ${rounds}`);
  }
  return samples;
}

export function shuffled<T>(items: readonly T[]): readonly T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(Math.random() * (last + 1));
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}
