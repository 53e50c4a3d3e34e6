import { inLanes } from '../commands.ts';
import type { LocalRegistry } from '../release/local-registry.ts';
import type { Row } from '../report.ts';
import { openCredentials } from './credentials.ts';
import { PROJECTS } from './projects.ts';
import { tryProject } from './try-project.ts';

export interface ConsumersOptions {
  readonly registry: LocalRegistry;
  readonly folder: string;
  readonly version: string;
  readonly quick: boolean;
  /** Names of projects. Default: all, or with `quick` the quick ones. */
  readonly only?: readonly string[];
  /** Called with the folder of a project and the packages of ours that were installed there. */
  readonly onInstalled?: (folder: string, names: readonly string[]) => void;
}

/** Tries the packages of a registry in each project. */
export async function consumers(options: ConsumersOptions): Promise<readonly Row[]> {
  const { quick: onlyQuick, only = [] } = options;
  const projects = PROJECTS.filter(({ name, quick = false }) =>
    only.length > 0 ? only.includes(name) : quick || !onlyQuick,
  );
  const credentials = await openCredentials();
  try {
    const rows = await inLanes(projects, 2, (project) =>
      tryProject(project, { ...options, env: credentials.env }),
    );
    return rows.flat();
  } finally {
    await credentials.close();
  }
}
