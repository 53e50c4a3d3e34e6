import type { Measurement } from '../statistics/measurement.ts';

/** Where it ran. No names and no paths. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  /** The load average of a minute when the run began and when it was over. */
  readonly loadAtStart: number;
  readonly loadAtEnd: number;
}

export interface NodeRun {
  readonly node: string;
  readonly openssl: string;
  readonly measurements: readonly Measurement[];
}

/** Its times are too long and its spread is wide: nothing is to be concluded. */
export function wasBusy({ loadAtStart, cores }: Machine): boolean {
  return loadAtStart > cores / 2;
}

/** All that one run found. */
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
