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
  /** Told where a project was made, and what of ours it got. */
  readonly onInstalled?: (folder: string, names: readonly string[]) => void;
}

/** Everything that consumers do with what the registry has. */
export async function consumers(options: ConsumersOptions): Promise<readonly Row[]> {
  const projects = PROJECTS.filter(({ quick = false }) => quick || !options.quick);
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
