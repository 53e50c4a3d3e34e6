import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { ServiceLike } from '@grpc-authn/core';
import { Failure, UsageError } from '../command/failure.ts';

/** The folder from which `import "grpc_authn/v1/rule.proto"` is found. */
const OWN_PROTOS = join(
  dirname(createRequire(import.meta.url).resolve('@grpc-authn/core/package.json')),
  'proto',
);

/**
 * The services of all .proto files in a folder, with the rules in them. Imports are looked up from this folder.
 *
 * @throws UsageError for a folder that cannot be read or has no .proto file, Failure for a file that is wrong
 */
export async function readProtos(folder: string): Promise<readonly ServiceLike[]> {
  const files = protoFilesIn(folder);
  if (files.length === 0) {
    throw new UsageError('--protos: expected a folder with .proto files, received none in it');
  }
  const { loadSync } = await import('@grpc/proto-loader');
  let definitions: Readonly<Record<string, object>>;
  try {
    definitions = loadSync([...files], { keepCase: true, includeDirs: [folder, OWN_PROTOS] });
  } catch (error) {
    throw new Failure(`--protos: the .proto files cannot be read: ${(error as Error).message}`);
  }
  const services = Object.values(definitions).filter((definition) => !('format' in definition));
  return services as unknown as readonly ServiceLike[];
}

function protoFilesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.proto') && !name.split(sep).includes('node_modules'))
      .map((name) => relative(folder, join(folder, name)).replaceAll(sep, '/'))
      .toSorted();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UsageError(`--protos: the folder cannot be read (${code})`);
  }
}
