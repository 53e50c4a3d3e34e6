import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Config from '@grpc-authn/config';
import type * as Core from '@grpc-authn/core';
import { Failure } from '../command/failure.ts';

export type ConfigModule = typeof Config;
export type CoreModule = typeof Core;

/** The packages that read the config: those of the project that the file belongs to. */
export interface Packages {
  readonly config: ConfigModule;
  readonly core: CoreModule;
}

/**
 * Looks the packages up from the config file's real folder, so that this command, wherever it is installed, runs the code
 * that the server runs, and adapters and principals belong to one copy of core. Where the project has none, the
 * command uses its own. Never looks in the working directory: anyone who can write there could run code.
 *
 * @throws Failure where those of the project cannot be used
 */
export async function loadPackages(file: string): Promise<Packages> {
  const folder = realFolderOf(file);
  const found = folder === undefined ? undefined : locate('@grpc-authn/config', folder);
  if (found === undefined) {
    const [config, core] = await Promise.all([
      import('@grpc-authn/config'),
      import('@grpc-authn/core'),
    ]);
    return { config, core };
  }
  const core = locate('@grpc-authn/core', dirname(found));
  if (core === undefined) {
    throw new Failure(
      'the project has @grpc-authn/config and no @grpc-authn/core; run: npm install @grpc-authn/core',
    );
  }
  return {
    config: await importOf<ConfigModule>('@grpc-authn/config', found),
    core: await importOf<CoreModule>('@grpc-authn/core', core),
  };
}

function realFolderOf(file: string): string | undefined {
  try {
    return dirname(realpathSync(resolve(file)));
  } catch {
    // The loader reports that it cannot be read.
    return undefined;
  }
}

function locate(name: string, folder: string): string | undefined {
  try {
    return createRequire(`${folder}/`).resolve(name);
  } catch {
    return undefined;
  }
}

async function importOf<T>(name: string, path: string): Promise<T> {
  try {
    return (await import(pathToFileURL(path).href)) as T;
  } catch (error) {
    const { code = 'it throws an error' } = error as { readonly code?: string };
    throw new Failure(
      `${name} of the project cannot be loaded (${code}); run: npm install ${name}@latest`,
    );
  }
}
