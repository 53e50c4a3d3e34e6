import { accessSync, constants, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { LoadedAuth } from '@grpc-authn/config';
import type { AuthEvent, ServiceLike } from '@grpc-authn/core';
import { type Input, textOption } from '../command/command.ts';
import { Failure, type Problem } from '../command/failure.ts';
import { type CoreModule, loadPackages } from './packages.ts';
import { readProtos } from './read-protos.ts';

export const DEFAULT_FILE = 'grpc-authn.yaml';

export interface LoadedConfig {
  /** The name of the file, for the output. */
  readonly name: string;
  readonly path: string;
  readonly auth: LoadedAuth<object>;
  /** Loads another copy of the config. The caller closes it. */
  readonly loadAgain: (report: (event: AuthEvent) => void) => Promise<LoadedAuth<object>>;
  readonly core: CoreModule;
  /** Of --protos; undefined without it. */
  readonly services: readonly ServiceLike[] | undefined;
  /** What the loader warned of. */
  readonly warnings: readonly string[];
}

/**
 * Loads the config that the command line names, runs `body`, and closes it.
 *
 * @throws Failure with all problems of a config that does not load
 */
export async function withConfig<T>(
  input: Input,
  body: (loaded: LoadedConfig) => Promise<T>,
): Promise<T> {
  const path = input.positionals[0] ?? DEFAULT_FILE;
  const name = basename(path);
  checkFile(path, name === '' ? 'FILE' : name);
  const { config, core } = await loadPackages(path);
  const protos = textOption(input, 'protos');
  const services = protos === undefined ? undefined : await readProtos(protos);
  const warnings: string[] = [];
  const onWarning = (warning: Error & { readonly code?: string }): void => {
    if (warning.code?.startsWith('GRPC_AUTHN') === true) warnings.push(warning.message);
  };
  process.on('warning', onWarning);
  const load = (report: (event: AuthEvent) => void): Promise<LoadedAuth<object>> =>
    config.loadAuth({
      file: path,
      report,
      ...(services === undefined ? undefined : { services }),
      ...(input.env.adapters === undefined ? undefined : { adapters: input.env.adapters }),
    });
  let auth: LoadedAuth<object>;
  try {
    auth = await load(() => undefined);
    // Warnings are emitted on the next turn.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  } catch (error) {
    throw failureOf(name, error);
  } finally {
    process.off('warning', onWarning);
  }
  try {
    return await body({ name, path, auth, loadAgain: load, core, services, warnings });
  } finally {
    // A provider that hangs must not delay the end of the command.
    void auth.close().catch(() => undefined);
  }
}

/** @throws Failure for what the loader would report without saying what to do */
function checkFile(path: string, name: string): void {
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined) accessSync(path, constants.R_OK);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Failure(
      `${name}: the file cannot be read (${code}); run this command as the user of the server, or change the permissions`,
    );
  }
  if (found === undefined) {
    throw new Failure(
      `${name}: there is no such file; name another, or write one: grpc-authn init`,
    );
  }
  if (found.isDirectory()) {
    throw new Failure(`${name}: expected a config file, received a folder; name the file in it`);
  }
  if (!found.isFile()) {
    throw new Failure(
      `${name}: expected a file, received a pipe or a device; name a file, because adapters are looked up beside it`,
    );
  }
}

/** A ConfigError of whichever copy of core has its problems as data. */
export function problemsOf(error: unknown): readonly Problem[] | undefined {
  const { problems } = (error ?? {}) as { readonly problems?: unknown };
  return Array.isArray(problems) ? (problems as readonly Problem[]) : undefined;
}

function failureOf(name: string, error: unknown): unknown {
  const problems = problemsOf(error);
  if (problems === undefined) return error;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new Failure(`${name}: ${count}; the server does not start with it`, problems);
}
