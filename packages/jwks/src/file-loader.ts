import { readFile, stat } from 'node:fs/promises';
import { ProviderError } from '@grpc-authn/provider';
import { type KeyDocument, type KeyLoader, keysOf } from './key-loader.ts';

/** A file is read again so often; a key that is not there has it read at once. */
const MAX_AGE_MS = 5000;
const MOST_BYTES = 1024 * 1024;

/** Reads a key set from a file. A half-written one is no JSON, so the last good set stays. */
export class FileLoader implements KeyLoader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<KeyDocument> {
    const keys = keysOf(await this.#read());
    if (keys === undefined) throw new ProviderError('content', `${this.#file}: holds no JWK Set`);
    return { keys, maxAgeMs: MAX_AGE_MS };
  }

  async #read(): Promise<unknown> {
    try {
      const found = await stat(this.#file);
      if (!found.isFile() || found.size > MOST_BYTES) return undefined;
      return JSON.parse(await readFile(this.#file, 'utf8')) as unknown;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) return undefined;
      throw new ProviderError('connection', `${this.#file}: could not be read (${code})`);
    }
  }

  async close(): Promise<void> {}
}
