import { ConfigError, type ConfigProblem } from '../errors/config-error.ts';
import { nearestName } from '../errors/option-checks.ts';

/** To compare two names costs the product of their lengths; this many steps take about 20 ms. */
const MAX_STEPS = 4_000_000;

/** Known names to suggest from. */
export class KnownNames {
  readonly names: readonly string[];
  readonly characters: number;

  constructor(names: Iterable<string>) {
    this.names = [...names];
    this.characters = this.names.reduce((sum, { length }) => sum + length, 0);
  }
}

/** Collects what is wrong with a policy, so that all of it is reported at once. */
export class PolicyProblems {
  readonly #title: string;
  readonly #found: ConfigProblem[] = [];
  #steps = 0;

  constructor(title: string) {
    this.#title = title;
  }

  get count(): number {
    return this.#found.length;
  }

  add(path: string, message: string): void {
    this.#found.push({ path, message });
  }

  addAll(problems: readonly ConfigProblem[]): void {
    for (const { path, message } of problems) this.add(path, message);
  }

  /** Adds `message`, with the name that was probably meant. */
  addUnknown(path: string, message: string, near: string | undefined): void {
    const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
    this.add(path, message + hint);
  }

  /** The nearest known name. Undefined once thousands of wrong names have used up the time for it. */
  nearest(name: string, known: KnownNames): string | undefined {
    const steps = name.length * known.characters;
    if (this.#steps + steps > MAX_STEPS) return undefined;
    this.#steps += steps;
    return nearestName(name, known.names);
  }

  /** @throws ConfigError if anything was added. */
  check(): void {
    if (this.#found.length > 0) throw new ConfigError(this.#found, { title: this.#title });
  }
}
