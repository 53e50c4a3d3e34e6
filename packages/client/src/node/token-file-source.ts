import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { checkOptionNames, checkText } from '@grpc-authn/core/internal';
import type { AccessToken } from '../access-token.ts';
import type { RenewalOptions } from '../renewal-options.ts';
import { createTokenSource, type TokenSource } from '../token-source.ts';
import { readExpiry } from './jwt-expiry.ts';
import { readRenewal, RENEWAL_OPTION_NAMES } from './renewal.ts';

const MAX_BYTES = 64 * 1024;
/** A token counts as expired this long before its `exp` (gRFC A97): clocks differ, and calls take time. */
const SKEW_SECONDS = 30;

/**
 * A JWT that another program writes to a file and replaces before it expires, by the rules of gRFC A97: projected
 * service account tokens of Kubernetes, SPIFFE JWT-SVIDs. The file is read when a token is needed, and again by
 * calls in the minute before the token expires, 30 s ahead of its `exp`. While the file is missing or half
 * written, the last token is used until then.
 *
 * @throws ConfigError for a wrong option.
 * @example createTokenFileSource({ path: '/var/run/secrets/tokens/orders' })
 */
export function createTokenFileSource(
  options: { readonly path: string } & RenewalOptions,
): TokenSource {
  checkOptionNames('createTokenFileSource', options, ['path', ...RENEWAL_OPTION_NAMES]);
  const path = checkText('path', options.path);
  return createTokenSource(() => readToken(path), readRenewal(options));
}

async function readToken(path: string): Promise<AccessToken> {
  const token = (await readText(path)).trim();
  const expiry = readExpiry(token);
  if (typeof expiry === 'number') {
    return { token, expiresAtEpochSeconds: expiry - SKEW_SECONDS };
  }
  throw new Error(`token file ${path}: expected a JWT with exp, received ${expiry}`);
}

/** @throws Error that shows nothing of the content. */
async function readText(path: string): Promise<string> {
  const failed = ({ code = 'unknown error' }: NodeJS.ErrnoException): never => {
    throw new Error(`token file ${path}: could not be read (${code})`);
  };
  // Without O_NONBLOCK, opening a named pipe waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(failed);
  try {
    if (!(await file.stat()).isFile()) {
      throw new Error(`token file ${path}: expected a regular file, received another kind`);
    }
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (let read = 1; read > 0; length += read) {
      const rest = bytes.length - length;
      ({ bytesRead: read } = await file.read(bytes, length, rest, length).catch(failed));
    }
    if (length <= MAX_BYTES) return bytes.toString('utf8', 0, length);
    throw new Error(`token file ${path}: expected at most ${MAX_BYTES} bytes, received more`);
  } finally {
    await file.close();
  }
}
