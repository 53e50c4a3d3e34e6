import { ConfigError } from '@grpc-authn/core/authenticator';
import type { ConfigSource } from '../source/config-source.ts';
import { type Path, readPath } from '../source/path.ts';
import { configError, type Problem } from '../source/problem.ts';
import { replaceCodeWords } from './code-words.ts';

/** Collects what is wrong with a config, so that all of it is reported at once. */
export class Problems {
  readonly #source: ConfigSource;
  readonly #found: Problem[] = [];

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  get count(): number {
    return this.#found.length;
  }

  /** Pass a function where the text costs time: it is only called for problems that are listed. */
  add(path: Path, text: Problem['text']): void {
    this.#found.push({ path, text: () => this.#shown(path, text) });
  }

  /** What a factory reports, each problem at the path of its option. @throws any other error */
  addError(path: Path, error: unknown): void {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path: option, message } of error.problems) {
      this.add([...path, ...readPath(option)], message);
    }
  }

  /** @throws ConfigError if there are problems */
  check(): void {
    if (this.#found.length === 0) return;
    throw configError(this.#source.name, this.#found, (path) => this.#source.lineOf(path));
  }

  #shown(path: Path, text: Problem['text']): string {
    const placeholder = this.#source.placeholderOf(path);
    const shown = this.#withoutValues(replaceCodeWords(typeof text === 'string' ? text : text()));
    return placeholder === undefined ? shown : `${placeholder}: ${shown}`;
  }

  /** Whatever an adapter reports: an interpolated value is shown as its placeholder. */
  #withoutValues(text: string): string {
    const { interpolated } = this.#source;
    const longestFirst = interpolated.toSorted((a, b) => b.value.length - a.value.length);
    let shown = text;
    for (const { value, placeholder } of longestFirst) {
      shown = shown.replaceAll(value, () => placeholder);
    }
    return shown;
  }
}
