import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { ConfigError } from '@grpc-authn/core/authenticator';
import type { ConfigSource } from './config-source.ts';
import { fillIn, type Surroundings } from './fill-in.ts';
import { parseYaml } from './parse-yaml.ts';
import { keyOf, type Path } from './path.ts';
import { configError, type Position, type Problem } from './problem.ts';
import { decodeText, FileProblem, readSmallFile } from './small-file.ts';

export const MOST_CONFIG_BYTES: number = 1024 * 1024;
const MOST_VALUE_BYTES = 64 * 1024;
/** Kubernetes swaps a whole directory at once; a swap while we read is rare, and two are not believed. */
const MOST_ATTEMPTS = 3;

type Environment = Surroundings['env'];

/** The files of what could not be read. */
const filesOfFailures = new WeakMap<object, readonly string[]>();

/** The files whose content may have led to this error: to look at until it is mended. */
export function filesBehind(error: unknown): readonly string[] {
  return filesOfFailures.get(error as object) ?? [];
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** @throws ConfigError, with everything that is wrong. */
export async function readConfigFile(file: string, env: Environment): Promise<ConfigSource> {
  for (let attempt = 1; ; attempt += 1) {
    const reading = new Reading(file);
    const source = await reading.read(env).then(
      (read) => read,
      (error: unknown) => error as ConfigError,
    );
    if (await reading.isOfOneGeneration()) {
      if (!(source instanceof Error)) return source;
      throw reading.failed(source);
    }
    if (attempt < MOST_ATTEMPTS) continue;
    const text = 'the files were exchanged while they were read; try again';
    throw reading.failed(configError(reading.name, [{ path: [], text }], () => undefined));
  }
}

/** The same for an object, as a file would parse to. @throws ConfigError */
export async function readConfigObject(config: unknown, env: Environment): Promise<ConfigSource> {
  const reading = new Reading('config');
  return reading.fill(config, new Map(), env, undefined);
}

/** One attempt. Notes what each file really is, so that all of them are of one generation. */
class Reading {
  readonly name: string;
  readonly #file: string;
  readonly #real = new Map<string, string | undefined>();
  readonly #digests = new Map<string, string>();
  /** A file that is named twice is read once, or the two might differ. */
  readonly #texts = new Map<string, Promise<string>>();

  constructor(file: string) {
    this.#file = resolve(file);
    this.name = basename(file);
  }

  async read(env: Environment): Promise<ConfigSource> {
    const text = await this.#readText(this.#file, MOST_CONFIG_BYTES).catch((error: unknown) => {
      throw this.#errorOf([{ path: [], text: problemOf(error) }]);
    });
    const { value, positions, problems } = parseYaml(text);
    if (problems.length > 0) throw this.#errorOf(problems);
    return this.fill(value, positions, env, text);
  }

  async fill(
    document: unknown,
    positions: ReadonlyMap<string, Position>,
    env: Environment,
    text: string | undefined,
  ): Promise<ConfigSource> {
    const positionOf = (path: Path): Position | undefined => nearest(positions, path);
    const filled = await fillIn(document, { env, readFile: (path) => this.#readValue(path) });
    if (filled.problems.length > 0) throw configError(this.name, filled.problems, positionOf);
    return {
      name: this.name,
      value: filled.value,
      positionOf,
      sourceOf: (path) => filled.sources.get(keyOf(path)),
      filledIn: filled.filledIn,
      text,
      digests: this.#digests,
    };
  }

  failed(error: Error): Error {
    filesOfFailures.set(error, [...this.#real.keys()]);
    return error;
  }

  /** True where each file still is the one that was read. */
  async isOfOneGeneration(): Promise<boolean> {
    for (const [path, real] of this.#real) {
      if ((await realPathOf(path)) !== real) return false;
    }
    return true;
  }

  /** Beside the config; without the line's end that editors and `echo` leave. */
  async #readValue(path: string): Promise<string> {
    const text = await this.#readText(resolve(dirname(this.#file), path), MOST_VALUE_BYTES);
    const value = text.replace(/\r?\n$/, '');
    if (value === '') throw new FileProblem('is empty');
    return value;
  }

  #readText(path: string, mostBytes: number): Promise<string> {
    const text = this.#texts.get(path) ?? this.#readOnce(path, mostBytes);
    this.#texts.set(path, text);
    return text;
  }

  async #readOnce(path: string, mostBytes: number): Promise<string> {
    this.#real.set(path, await realPathOf(path));
    const bytes = await readSmallFile(path, mostBytes);
    this.#digests.set(path, digestOf(bytes));
    return decodeText(bytes);
  }

  #errorOf(problems: readonly Problem[]): ConfigError {
    return configError(this.name, problems, () => undefined);
  }
}

async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

function problemOf(error: unknown): string {
  if (error instanceof FileProblem) return `the file ${error.message}`;
  throw error;
}

function nearest(positions: ReadonlyMap<string, Position>, path: Path): Position | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const position = positions.get(keyOf(path.slice(0, length)));
    if (position !== undefined) return position;
  }
  return undefined;
}
