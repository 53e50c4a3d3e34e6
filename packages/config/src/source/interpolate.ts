import type { Interpolated } from './config-source.ts';
import { keyOf, type Path } from './path.ts';
import type { Problem } from './problem.ts';
import { FileProblem } from './small-file.ts';

/** Where values come from. */
export interface Env {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The text of a file that the config names. @throws FileProblem */
  readFile(path: string): Promise<string>;
}

export interface Interpolation {
  readonly value: unknown;
  /** The text before interpolation, by keyOf(path). */
  readonly placeholders: ReadonlyMap<string, string>;
  readonly interpolated: readonly Interpolated[];
  readonly problems: Problem[];
}

/** `$${` is an escaped `${`. */
const PLACEHOLDER = /\$\$\{|\$\{([^}]*)\}?/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_DEPTH = 32;

/**
 * Replaces `${NAME}` by the environment variable and `${file:path}` by the file's text: once, in string
 * values only. Keys and the policy are not interpolated: who sets a secret must not be able to set a rule.
 */
export async function interpolate(document: unknown, env: Env): Promise<Interpolation> {
  const interpolator = new Interpolator(env);
  const value = await interpolator.read(document, []);
  const { placeholders, interpolated, problems } = interpolator;
  return { value, placeholders, interpolated, problems };
}

class Interpolator {
  readonly placeholders = new Map<string, string>();
  readonly interpolated: Interpolated[] = [];
  readonly problems: Problem[] = [];
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  async read(value: unknown, path: Path): Promise<unknown> {
    if (path.length > MAX_DEPTH) return this.#problem(path, 'this is nested too deeply');
    if (typeof value === 'string') return this.#readText(value, path);
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [index, item] of value.entries())
        items.push(await this.read(item, [...path, index]));
      return items;
    }
    if (typeof value !== 'object' || value === null) return value;
    const members: [string, unknown][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (name.includes('${'))
        this.#problem([...path, name], 'keys are not interpolated; write it out');
      members.push([name, await this.read(member, [...path, name])]);
    }
    return Object.fromEntries(members);
  }

  async #readText(text: string, path: Path): Promise<string> {
    if (!text.includes('${')) return text;
    if (path[0] === 'policy') {
      this.#problem(path, 'the policy is not interpolated; write it out');
      return text;
    }
    let result = '';
    let end = 0;
    for (const match of text.matchAll(PLACEHOLDER)) {
      result += text.slice(end, match.index);
      end = match.index + match[0].length;
      result += match[1] === undefined ? '${' : await this.#valueOf(match[0], match[1], path);
    }
    this.placeholders.set(keyOf(path), text);
    return result + text.slice(end);
  }

  async #valueOf(placeholder: string, inside: string, path: Path): Promise<string> {
    const value = await this.#lookUp(placeholder, inside, path);
    if (value !== '') this.interpolated.push({ value, placeholder });
    return value;
  }

  async #lookUp(placeholder: string, inside: string, path: Path): Promise<string> {
    if (!placeholder.endsWith('}')) {
      return this.#problem(path, 'expected a closing } after ${; write $${ for a literal ${');
    }
    if (inside.startsWith('file:')) return this.#readFile(inside.slice('file:'.length), path);
    if (!VARIABLE.test(inside)) {
      return this.#problem(path, 'expected ${NAME} or ${file:path}; write $${ for a literal ${');
    }
    const value = this.#env.variables[inside];
    if (value !== undefined && value !== '') return value;
    const state = value === undefined ? 'is not set' : 'is empty';
    return this.#problem(
      path,
      `the environment variable ${inside} ${state}; set it before you start the server`,
    );
  }

  async #readFile(file: string, path: Path): Promise<string> {
    try {
      return await this.#env.readFile(file);
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
