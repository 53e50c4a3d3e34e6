import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Why a file cannot be used. `message` does not show its content. */
export class FileProblem extends Error {}

/**
 * Reads a regular, non-empty file of at most `maxBytes`. Reading a named pipe or a device could block,
 * or never end.
 *
 * @throws FileProblem
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size } = checkRegular(await handle.stat(), maxBytes);
    // One byte more than expected shows that the file has grown.
    const bytes = Buffer.alloc(Math.min(size, maxBytes) + 1);
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
  maxBytes: number,
): { readonly size: number } {
  if (!stats.isFile()) throw new FileProblem('is not a regular file');
  if (stats.size === 0) throw new FileProblem('is empty');
  if (stats.size > maxBytes) throw new FileProblem(`is larger than ${formatSize(maxBytes)}`);
  return stats;
}

function formatSize(bytes: number): string {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes} KiB` : `${kibibytes / 1024} MiB`;
}

/** @throws FileProblem for bytes that are not UTF-8 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileProblem('is not UTF-8 text');
  }
}
