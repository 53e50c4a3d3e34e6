import type { Writable } from 'node:stream';
import { Failure } from '../command/failure.ts';

/** The result could not be written: the disk is full, for example. */
export class WriteFailure extends Failure {}

/** The reader of a pipe may have closed it. */
const NO_READER: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** Resolves when the text is written, and also when nobody reads it. Rejects with a WriteFailure. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (text === '' || stream.destroyed) {
      resolve();
      return;
    }
    stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      if (!error || NO_READER.has(error.code)) resolve();
      else reject(new WriteFailure(`the result cannot be written (${error.code ?? 'unknown'})`));
    });
  });
}
