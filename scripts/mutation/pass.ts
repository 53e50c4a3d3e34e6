import { join } from 'node:path';
import type { TargetName } from './targets.ts';

/**
 * `short`: every short test, repeatedly in its process. `long`: the long tests, against the open mutants.
 * `whole`: one mutant, switched on before any file is read.
 */
export type PassName = 'short' | 'long' | 'whole';

/** The environment variables of a test run. */
export interface Pass {
  readonly pass: PassName;
  readonly target: TargetName;
  readonly folder: string;
  readonly journalPath: string;
  /** The mutant that is on from the start. */
  readonly mutant: string | undefined;
  /** The file in which a process writes the mutant that it runs a test against. */
  readonly atWork: (pid: number) => string;
}

export function environmentOf(
  { name, folder }: { readonly name: TargetName; readonly folder: string },
  pass: PassName,
  mutant?: string,
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NO_COLOR: '1',
    MUTATION_TARGET: name,
    MUTATION_FOLDER: folder,
    MUTATION_PASS: pass,
    ...(mutant === undefined ? undefined : { MUTATION_MUTANT: mutant }),
  };
}

export function passOf(env: NodeJS.ProcessEnv): Pass {
  const folder = env['MUTATION_FOLDER'] ?? '';
  return {
    pass: (env['MUTATION_PASS'] ?? 'short') as PassName,
    target: (env['MUTATION_TARGET'] ?? 'jwt') as TargetName,
    folder,
    journalPath: join(folder, 'journal.jsonl'),
    mutant: env['MUTATION_MUTANT'],
    atWork: (pid) => join(folder, `${pid}.at-work.json`),
  };
}
