import type { FilledIn } from './config-source.ts';
import { keyOf, type Path } from './path.ts';
import type { Problem } from './problem.ts';
import { FileProblem } from './small-file.ts';

/** Where values come from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file that the config names. @throws FileProblem */
  readFile(path: string): Promise<string>;
}

export interface Filled {
  readonly value: unknown;
  /** What stood there before, by path. */
  readonly sources: ReadonlyMap<string, string>;
  readonly filledIn: readonly FilledIn[];
  readonly problems: readonly Problem[];
}

/** `$${` stands for `${` itself. */
const PLACEHOLDER = /\$\$\{|\$\{([^}]*)\}?/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MOST_DEPTH = 32;

/**
 * Fills in `${NAME}` from the environment and `${file:path}` from files: once, in text values alone.
 * Keys and the policy are never filled in: whoever can choose a secret must not choose a rule.
 */
export async function fillIn(document: unknown, surroundings: Surroundings): Promise<Filled> {
  const filling = new Filling(surroundings);
  const value = await filling.fill(document, []);
  const { sources, filledIn, problems } = filling;
  return { value, sources, filledIn, problems };
}

class Filling {
  readonly sources = new Map<string, string>();
  readonly filledIn: FilledIn[] = [];
  readonly problems: Problem[] = [];
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  async fill(value: unknown, path: Path): Promise<unknown> {
    if (path.length > MOST_DEPTH) return this.#problem(path, 'this is nested too deeply');
    if (typeof value === 'string') return this.#fillText(value, path);
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [index, item] of value.entries())
        items.push(await this.fill(item, [...path, index]));
      return items;
    }
    if (typeof value !== 'object' || value === null) return value;
    const members: [string, unknown][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (name.includes('${')) this.#problem([...path, name], 'keys are not filled in');
      members.push([name, await this.fill(member, [...path, name])]);
    }
    return Object.fromEntries(members);
  }

  async #fillText(text: string, path: Path): Promise<string> {
    if (!text.includes('${')) return text;
    if (path[0] === 'policy') {
      this.#problem(path, 'the policy is not filled in; write it out');
      return text;
    }
    let filled = '';
    let end = 0;
    for (const match of text.matchAll(PLACEHOLDER)) {
      filled += text.slice(end, match.index);
      end = match.index + match[0].length;
      filled += match[1] === undefined ? '${' : await this.#valueOf(match[0], match[1], path);
    }
    this.sources.set(keyOf(path), text);
    return filled + text.slice(end);
  }

  async #valueOf(placeholder: string, inside: string, path: Path): Promise<string> {
    const value = await this.#lookUp(placeholder, inside, path);
    if (value !== '') this.filledIn.push({ value, source: placeholder });
    return value;
  }

  async #lookUp(placeholder: string, inside: string, path: Path): Promise<string> {
    if (!placeholder.endsWith('}')) {
      return this.#problem(path, 'a ${ is not closed; write $${ for the signs themselves');
    }
    if (inside.startsWith('file:')) return this.#readFile(inside.slice('file:'.length), path);
    if (!VARIABLE.test(inside)) {
      return this.#problem(
        path,
        'wanted ${NAME} or ${file:path}; write $${ for the signs themselves',
      );
    }
    const value = this.#surroundings.env[inside];
    if (value !== undefined && value !== '') return value;
    const state = value === undefined ? 'is not set' : 'is empty';
    return this.#problem(
      path,
      `the environment variable ${inside} ${state}; set it before the start`,
    );
  }

  async #readFile(file: string, path: Path): Promise<string> {
    try {
      return await this.#surroundings.readFile(file);
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      return this.#problem(path, `the file ${JSON.stringify(file)} ${error.message}`);
    }
  }

  #problem(path: Path, text: string): string {
    this.problems.push({ path, text });
    return '';
  }
}
