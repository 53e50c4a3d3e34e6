import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';

/** What is known of a mutant after some test, a line each; written by every process at once. */
export type Entry =
  | { readonly kind: 'killed'; readonly id: string; readonly file: string; readonly test: string }
  /** It was run against all that guards it, and nothing failed. */
  | { readonly kind: 'survived'; readonly id: string }
  /** A test did not come back with it; it is left to a run of the whole file. */
  | { readonly kind: 'stuck'; readonly id: string }
  /** A test that takes too long to be run against every mutant; it comes after the others. */
  | { readonly kind: 'long'; readonly file: string; readonly test: string }
  /** Mutants that a test file can only be run against from its beginning. */
  | { readonly kind: 'whole'; readonly file: string; readonly ids: readonly string[] }
  /** A file of the end-to-end suite as it is; none where it fails, or takes too long. */
  | {
      readonly kind: 'reached';
      readonly file: string;
      readonly tookMs: number;
      readonly ids: readonly string[];
    }
  /** Those files, from their beginning, saw nothing. */
  | { readonly kind: 'whole-passed'; readonly id: string; readonly files: readonly string[] }
  /** The file came to its end, having met these. */
  | {
      readonly kind: 'done';
      readonly file: string;
      readonly pass: string;
      readonly ids: readonly string[];
    };

export type EntryOf<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

export class Journal {
  readonly #path: string;
  #entries: readonly Entry[] = [];
  #decided: ReadonlySet<string> = new Set();
  #size = -1;

  constructor(path: string) {
    this.#path = path;
  }

  write(entry: Entry): void {
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  of<K extends Entry['kind']>(kind: K): readonly EntryOf<K>[] {
    return this.#read().filter((entry): entry is EntryOf<K> => entry.kind === kind);
  }

  get decided(): ReadonlySet<string> {
    this.#read();
    return this.#decided;
  }

  #read(): readonly Entry[] {
    if (!existsSync(this.#path)) return [];
    const { size } = statSync(this.#path);
    if (size !== this.#size) {
      // The last line may be half written by somebody else.
      const lines = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1);
      this.#entries = lines.map((line) => JSON.parse(line) as Entry);
      this.#decided = new Set(
        this.#entries.flatMap((entry) =>
          entry.kind === 'killed' || entry.kind === 'survived' ? [entry.id] : [],
        ),
      );
      this.#size = size;
    }
    return this.#entries;
  }
}
