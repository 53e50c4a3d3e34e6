import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { ConfigError } from '@grpc-authn/core/authenticator';
import type { ConfigSource } from './config-source.ts';
import { type Env, interpolate } from './interpolate.ts';
import { parseYaml } from './parse-yaml.ts';
import { keyOf, type Path } from './path.ts';
import { configError, type Problem } from './problem.ts';
import { decodeText, FileProblem, readSmallFile } from './small-file.ts';

export const MAX_CONFIG_BYTES: number = 1024 * 1024;
const MAX_VALUE_BYTES = 64 * 1024;
export const MAX_DESCRIPTOR_SET_BYTES: number = 16 * 1024 * 1024;
/** Kubernetes swaps a whole directory at once. A swap during a read is rare; after three the reader gives up. */
const MAX_ATTEMPTS = 3;

type Variables = Env['variables'];

/** The files of configs that could not be read. */
const filesOfFailures = new WeakMap<object, readonly string[]>();

/** The files whose content may have caused this error: the watch looks at them until it is fixed. */
export function filesBehind(error: unknown): readonly string[] {
  return filesOfFailures.get(error as object) ?? [];
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** @throws ConfigError with everything that is wrong */
export async function readConfigFile(file: string, variables: Variables): Promise<ConfigSource> {
  for (let attempt = 1; ; attempt += 1) {
    const reading = new Reading(file);
    const source = await reading.read(variables).then(
      (read) => read,
      (error: unknown) => error as ConfigError,
    );
    if (await reading.isOfOneGeneration()) {
      if (!(source instanceof Error)) return source;
      throw reading.failed(source);
    }
    if (attempt < MAX_ATTEMPTS) continue;
    const text = 'the files changed while they were read; try again';
    throw reading.failed(configError(reading.name, [{ path: [], text }], () => undefined));
  }
}

/** The same for an object: what a file would parse to. @throws ConfigError */
export async function readConfigObject(
  config: unknown,
  variables: Variables,
): Promise<ConfigSource> {
  const reading = new Reading('config');
  return reading.interpolate(config, new Map(), variables, undefined);
}

/** One attempt. Remembers the real path of each file, so that all of them are of one generation. */
class Reading {
  readonly name: string;
  readonly #file: string;
  readonly #real = new Map<string, string | undefined>();
  readonly #digests = new Map<string, string>();
  /** A file that is named twice is read once; two reads might differ. */
  readonly #contents = new Map<string, Promise<Buffer>>();

  constructor(file: string) {
    this.#file = resolve(file);
    this.name = basename(file);
  }

  async read(variables: Variables): Promise<ConfigSource> {
    const text = await this.#readText(this.#file, MAX_CONFIG_BYTES).catch((error: unknown) => {
      throw this.#errorOf([{ path: [], text: `the file ${messageOf(error)}` }]);
    });
    const { value, lines, problems } = parseYaml(text);
    if (problems.length > 0) throw this.#errorOf(problems);
    return this.interpolate(value, lines, variables, text);
  }

  async interpolate(
    document: unknown,
    lines: ReadonlyMap<string, number>,
    variables: Variables,
    text: string | undefined,
  ): Promise<ConfigSource> {
    const lineOf = (path: Path): number | undefined => nearest(lines, path);
    const { value, placeholders, interpolated, problems } = await interpolate(document, {
      variables,
      readFile: (path) => this.#readValue(path),
    });
    const descriptorSet = await this.#readDescriptorSet(value, problems);
    if (problems.length > 0) throw configError(this.name, problems, lineOf);
    return {
      name: this.name,
      folder: this.#folder(),
      value,
      lineOf,
      placeholderOf: (path) => placeholders.get(keyOf(path)),
      interpolated,
      descriptorSet,
      text,
      digests: this.#digests,
    };
  }

  /** Packages are looked up from here: a link to the config does not count. */
  #folder(): string | undefined {
    const real = this.#real.get(this.#file);
    return real === undefined ? undefined : dirname(real);
  }

  failed(error: Error): Error {
    filesOfFailures.set(error, [...this.#real.keys()]);
    return error;
  }

  /** True where each path still leads to the file that was read. */
  async isOfOneGeneration(): Promise<boolean> {
    for (const [path, real] of this.#real) {
      if ((await realPathOf(path)) !== real) return false;
    }
    return true;
  }

  /** Relative to the config; without the newline that editors and `echo` write at the end. */
  async #readValue(path: string): Promise<string> {
    const text = await this.#readText(resolve(dirname(this.#file), path), MAX_VALUE_BYTES);
    const value = text.replace(/\r?\n$/, '');
    if (value === '') throw new FileProblem('is empty');
    return value;
  }

  /** Relative to the config. Its schema reports what is no string. */
  async #readDescriptorSet(config: unknown, problems: Problem[]): Promise<Buffer | undefined> {
    const { policy } = (config ?? {}) as { readonly policy?: { readonly descriptorSet?: unknown } };
    const path = policy?.descriptorSet;
    if (typeof path !== 'string' || path === '' || path.includes('${')) return undefined;
    try {
      const file = resolve(dirname(this.#file), path);
      return await this.#readBytes(file, MAX_DESCRIPTOR_SET_BYTES);
    } catch (error) {
      const text = `the file ${JSON.stringify(path)} ${messageOf(error)}`;
      problems.push({ path: ['policy', 'descriptorSet'], text });
      return undefined;
    }
  }

  async #readText(path: string, maxBytes: number): Promise<string> {
    return decodeText(await this.#readBytes(path, maxBytes));
  }

  #readBytes(path: string, maxBytes: number): Promise<Buffer> {
    const key = `${maxBytes} ${path}`;
    const bytes = this.#contents.get(key) ?? this.#readOnce(path, maxBytes);
    this.#contents.set(key, bytes);
    return bytes;
  }

  async #readOnce(path: string, maxBytes: number): Promise<Buffer> {
    this.#real.set(path, await realPathOf(path));
    const bytes = await readSmallFile(path, maxBytes);
    this.#digests.set(path, digestOf(bytes));
    return bytes;
  }

  #errorOf(problems: readonly Problem[]): ConfigError {
    return configError(this.name, problems, () => undefined);
  }
}

async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

/** The message of a FileProblem. @throws any other error */
function messageOf(error: unknown): string {
  if (error instanceof FileProblem) return error.message;
  throw error;
}

function nearest(lines: ReadonlyMap<string, number>, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const line = lines.get(keyOf(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return undefined;
}
