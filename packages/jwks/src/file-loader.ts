import { readFile, stat } from 'node:fs/promises';
import { ProviderError } from '@grpc-authn/provider';
import { type KeyDocument, type KeyLoader, keysOf } from './key-loader.ts';

/** How often the file is read again. A token with an unknown key reads it at once. */
const MAX_AGE_MS = 5000;
const MAX_BYTES = 1024 * 1024;

/** Reads a key set from a file. A half-written file is not valid JSON, so the last good set stays. */
export class FileLoader implements KeyLoader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<KeyDocument> {
    const keys = keysOf(await this.#read());
    if (keys === undefined) throw new ProviderError('content', `${this.#file}: not a JWK Set`);
    return { keys, maxAgeMs: MAX_AGE_MS };
  }

  async #read(): Promise<unknown> {
    try {
      const found = await stat(this.#file);
      if (!found.isFile() || found.size > MAX_BYTES) return undefined;
      return JSON.parse(await readFile(this.#file, 'utf8')) as unknown;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) return undefined;
      throw new ProviderError('connection', `${this.#file}: could not be read (${code})`);
    }
  }

  async close(): Promise<void> {}
}
