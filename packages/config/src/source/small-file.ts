import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Why a file is not used; `message` says so without its content. */
export class FileProblem extends Error {}

/**
 * A regular, non-empty file of at most so many bytes. A named pipe or a device would be waited for,
 * or never end.
 *
 * @throws FileProblem
 */
export async function readSmallFile(path: string, mostBytes: number): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for whoever writes into it.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = checkRegular(await handle.stat(), mostBytes);
    // A file that grows meanwhile is read no further than this.
    const bytes = Buffer.alloc(Math.min(size, mostBytes) + 1);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    if (bytesRead === 0) throw new FileProblem('is empty');
    if (bytesRead !== size) throw new FileProblem('is being written');
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    throw new FileProblem(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  } finally {
    await handle?.close();
  }
}

function checkRegular(
  stats: { readonly size: number; isFile(): boolean },
  mostBytes: number,
): { readonly size: number } {
  if (!stats.isFile()) throw new FileProblem('is no regular file');
  if (stats.size === 0) throw new FileProblem('is empty');
  if (stats.size > mostBytes) throw new FileProblem(`is larger than ${mostBytes / 1024} KiB`);
  return stats;
}

/** @throws FileProblem for bytes that are no UTF-8: nothing is guessed. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileProblem('is no text in UTF-8');
  }
}
