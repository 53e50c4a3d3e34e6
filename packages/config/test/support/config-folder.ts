import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface ConfigFolder {
  readonly path: string;
  readonly file: string;
  /** Writes grpc-authn.yaml, or another file beside it. */
  write(text: string | Uint8Array, name?: string): Promise<string>;
}

/** A temporary folder, removed after the test. */
export async function createFolder(text?: string): Promise<ConfigFolder> {
  const path = await mkdtemp(join(tmpdir(), 'grpc-authn-config-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  const folder: ConfigFolder = {
    path,
    file: join(path, 'grpc-authn.yaml'),
    async write(content, name = 'grpc-authn.yaml') {
      const file = join(path, name);
      await writeFile(file, content);
      return file;
    },
  };
  if (text !== undefined) await folder.write(text);
  return folder;
}
