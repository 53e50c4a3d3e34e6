import { ConfigError } from '@grpc-authn/core/authenticator';
import type { ConfigSource } from '../source/config-source.ts';
import { type Path, readPath } from '../source/path.ts';
import { configError, type Problem } from '../source/problem.ts';

/** Gathers what is wrong with a config, so that all of it is told at once. */
export class Problems {
  readonly #source: ConfigSource;
  readonly #found: Problem[] = [];

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  get count(): number {
    return this.#found.length;
  }

  add(path: Path, text: string): void {
    const filledIn = this.#source.sourceOf(path);
    const shown = this.#withoutValues(text);
    this.#found.push({ path, text: filledIn === undefined ? shown : `${filledIn}: ${shown}` });
  }

  /** What a factory says of an option, at the place of that option. @throws anything else again */
  addError(path: Path, error: unknown): void {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path: option, message } of error.problems) {
      this.add([...path, ...readPath(option)], message);
    }
  }

  /** @throws ConfigError where there is any */
  check(): void {
    if (this.#found.length === 0) return;
    throw configError(this.#source.name, this.#found, (path) => this.#source.positionOf(path));
  }

  /** Whatever an adapter says: a value that was filled in is shown as what it was filled in for. */
  #withoutValues(text: string): string {
    const longestFirst = this.#source.filledIn.toSorted((a, b) => b.value.length - a.value.length);
    let shown = text;
    for (const { value, source } of longestFirst) shown = shown.replaceAll(value, source);
    return shown;
  }
}
