import type { Path } from './path.ts';
import type { Position } from './problem.ts';

/** A config as it was read: values filled in, and where each of them stands. */
export interface ConfigSource {
  /** How it is named in errors. */
  readonly name: string;
  readonly value: unknown;
  /** The place of a value, or of the nearest one around it. */
  positionOf(path: Path): Position | undefined;
  /** What stood there before it was filled in: '${LEGACY_SECRET}'. */
  sourceOf(path: Path): string | undefined;
  /** Values that were filled in, with what they were filled in for. */
  readonly filledIn: readonly FilledIn[];
  /** The file's own text. */
  readonly text: string | undefined;
  /** Of the file itself, and of the files it names, by path. */
  readonly digests: Digests;
}

/** What stood in each file, as a digest. */
export type Digests = ReadonlyMap<string, string>;

export interface FilledIn {
  readonly value: string;
  readonly source: string;
}
