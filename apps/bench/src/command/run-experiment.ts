import type { Listed } from '../experiments/all.ts';
import type { Report } from '../experiments/experiment.ts';
import type { Scale } from '../experiments/scale.ts';
import type { Scope } from '../experiments/scope.ts';
import { startChild } from '../processes/child.ts';
import type { Measurement } from '../statistics/measurement.ts';

/** Runs under the given Node.js in its own process, which is ended at the time limit. */
export async function runExperiment(
  { name, flags }: Listed,
  node: string,
  { scale, scope }: { readonly scale: Scale; readonly scope: Scope },
  report: Report,
  stop: AbortSignal,
): Promise<readonly Measurement[]> {
  const child = startChild('experiment', { node, flags });
  child.onTold = ({ value }) => report(String(value));
  const limit = setTimeout(() => child.stop(), scale.limitMs);
  const end = (): void => child.stop();
  stop.addEventListener('abort', end, { once: true });
  try {
    return (await child.ask('run', { name, scale, scope })) as readonly Measurement[];
  } finally {
    clearTimeout(limit);
    stop.removeEventListener('abort', end);
    child.stop();
  }
}
