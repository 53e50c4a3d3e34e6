import type { Writable } from 'node:stream';

/** Resolves when the text is written, and also when nobody reads it: the reader of a pipe may have left. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (text === '' || stream.destroyed) {
      resolve();
      return;
    }
    stream.write(text, () => resolve());
  });
}
