import type { Path } from './path.ts';

/** A config as it was read, with interpolated values and their lines. */
export interface ConfigSource {
  /** The name of the config in errors: the file's name without its folder. */
  readonly name: string;
  /** The file's real folder; undefined for an object. */
  readonly folder: string | undefined;
  readonly value: unknown;
  /** The line of a value, or of the nearest one around it. */
  lineOf(path: Path): number | undefined;
  /** The text before interpolation: '${LEGACY_SECRET}'. */
  placeholderOf(path: Path): string | undefined;
  readonly interpolated: readonly Interpolated[];
  /** The content of the file that `policy.descriptorSet` names. */
  readonly descriptorSet: Uint8Array | undefined;
  /** The text of the config file; undefined for an object. */
  readonly text: string | undefined;
  /** The digests of the config file and of the files that it names, by path. */
  readonly digests: Digests;
}

/** A digest of each file's content. */
export type Digests = ReadonlyMap<string, string>;

/** A value from the environment or from a file, and what it replaced. */
export interface Interpolated {
  readonly value: string;
  readonly placeholder: string;
}
