import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Input, textOption } from '../command/command.ts';
import { UsageError } from '../command/failure.ts';
import { whileWaiting } from '../output/progress.ts';

/** More is no token: no header of a call is as long. */
const MAX_BYTES = 4 * 1024 * 1024;
/** How long the command before the pipe may take. */
const MAX_WAIT_MS = 60_000;

/**
 * The token of `--token-file` or of standard input. A scheme (`Bearer`) before it is left out, and so is the newline
 * that `echo` writes at the end.
 *
 * @throws UsageError where there is none
 */
export async function readToken(input: Input): Promise<string> {
  const token = await findToken(input, MAX_WAIT_MS);
  if (token !== undefined) return token;
  throw new UsageError(
    'expected a token on standard input, received none: use < FILE, a pipe, or --token-file FILE',
  );
}

/** Undefined where standard input is a terminal, is empty, or shows nothing within `maxWaitMs`. @throws UsageError */
export async function findToken(input: Input, maxWaitMs: number): Promise<string | undefined> {
  const file = textOption(input, 'token-file');
  const bytes =
    file === undefined ? await readStandardInput(input, maxWaitMs) : await readFileBytes(file);
  if (bytes === undefined) return undefined;
  const source = file === undefined ? 'standard input' : '--token-file';
  const text = textOf(bytes, source)
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer +/i, '');
  if (/^["{[]/.test(text)) {
    throw new UsageError(
      `${source}: expected a token, received JSON: pass only the token, for example with jq -r .access_token`,
    );
  }
  if (text === '' && file === undefined) return undefined;
  if (text === '') throw new UsageError('--token-file: expected a token, received an empty file');
  input.redactor.add(text);
  return text;
}

async function readStandardInput(
  { env }: Input,
  maxWaitMs: number,
): Promise<Uint8Array | undefined> {
  const { stdin } = env;
  if (stdin.isTTY === true) return undefined;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), maxWaitMs);
  const read = readAll(stdin, 'standard input', controller.signal);
  try {
    return await whileWaiting(env, 'waiting for the token on standard input', read);
  } finally {
    clearTimeout(timer);
  }
}

async function readFileBytes(file: string): Promise<Uint8Array> {
  try {
    // Opening a named pipe would wait for a writer.
    if (!(await stat(file)).isFile())
      throw new UsageError('--token-file: it is not a regular file');
    return (await readAll(createReadStream(file), '--token-file')) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const isStdin = file === '-' ? ', or use standard input without it' : '';
    throw new UsageError(
      code === 'ENOENT'
        ? `--token-file: there is no such file (${code}); check the path${isStdin}`
        : `--token-file: the file cannot be read (${code}); check the path and its permissions`,
    );
  }
}

/** Undefined where the signal is aborted before the first byte. @throws UsageError */
async function readAll(
  stream: Readable,
  source: string,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const giveUp = (): void => {
    if (length === 0) stream.destroy();
  };
  signal?.addEventListener('abort', giveUp);
  try {
    for await (const chunk of stream) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
      length += bytes.length;
      if (length > MAX_BYTES) {
        throw new UsageError(`${source}: expected a token, received more than 4 MiB`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    if (signal?.aborted === true) return undefined;
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  return signal?.aborted === true && length === 0 ? undefined : Buffer.concat(chunks);
}

/** @throws UsageError for bytes that are no text */
function textOf(bytes: Uint8Array, source: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${source}: expected the text of a token, received binary data`);
  }
  if (/[^\P{Cc}\s]/u.test(text)) {
    throw new UsageError(`${source}: expected the text of a token, received binary data`);
  }
  return text;
}
