import type { Measurement } from '../statistics/measurement.ts';

/** Where it ran, without names and paths. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  /** The load average over a minute, at the start and at the end of the run. */
  readonly loadAtStart: number;
  readonly loadAtEnd: number;
}

export interface NodeRun {
  readonly node: string;
  readonly openssl: string;
  readonly measurements: readonly Measurement[];
}

/** A busy machine: times are too long and vary. */
export function wasBusy({ loadAtStart, cores }: Machine): boolean {
  return loadAtStart > cores / 2;
}

/** Everything that one run found. */
export interface Run {
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: readonly NodeRun[];
  readonly failures: readonly string[];
}
