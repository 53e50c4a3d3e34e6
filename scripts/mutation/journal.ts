import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';

/** What is known about a mutant after a test, one line each. Several processes write at the same time. */
export type Entry =
  | { readonly kind: 'killed'; readonly id: string; readonly file: string; readonly test: string }
  /** All tests that guard the mutant ran, and none failed. */
  | { readonly kind: 'survived'; readonly id: string }
  /** A test did not end with this mutant; a run of the whole file decides. */
  | { readonly kind: 'stuck'; readonly id: string }
  /** A test that takes too long to run against every mutant; it runs after the others. */
  | { readonly kind: 'long'; readonly file: string; readonly test: string }
  /** Mutants that a test file can only be run against from its start. */
  | { readonly kind: 'whole'; readonly file: string; readonly ids: readonly string[] }
  /** An end-to-end file without mutants; none where it fails or takes too long. */
  | {
      readonly kind: 'reached';
      readonly file: string;
      readonly tookMs: number;
      readonly ids: readonly string[];
    }
  /** These files ran from the start and did not fail. */
  | { readonly kind: 'whole-passed'; readonly id: string; readonly files: readonly string[] }
  /** The file ended; it reached these mutants. */
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
      // Another process may still be writing the last line.
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
