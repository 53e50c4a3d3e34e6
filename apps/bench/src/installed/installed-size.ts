import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf, publishedFilesOf } from './package-files.ts';

/** Packages are resolved as a dependency of the bench. */
const HERE = fileURLToPath(new URL('../..', import.meta.url));
/** Packages of this workspace are linked, and outside of the store. */
const STORE = /[\\/]node_modules[\\/]/;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
}

export interface InstalledSize {
  readonly bytes: number;
  /** The packages and all of their dependencies. */
  readonly count: number;
}

export function installedSize(names: readonly string[]): InstalledSize {
  const folders = new Set<string>();
  for (const name of names) addWithDependencies(folderOf(name, HERE), folders);
  const sizes = [...folders].map((folder) => {
    const files = STORE.test(folder)
      ? filesOf(folder)
      : publishedFilesOf(folder, manifestOf(folder).files ?? []);
    return files.reduce((sum, { bytes }) => sum + bytes, 0);
  });
  return { bytes: sizes.reduce((sum, bytes) => sum + bytes, 0), count: folders.size };
}

function addWithDependencies(folder: string, found: Set<string>): void {
  if (found.has(folder)) return;
  found.add(folder);
  const { dependencies = {}, optionalDependencies = {} } = manifestOf(folder);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    // An optional one may be for another platform.
    if (name in optionalDependencies && findFolder(name, folder) === undefined) continue;
    addWithDependencies(folderOf(name, folder), found);
  }
}

function folderOf(name: string, from: string): string {
  const found = findFolder(name, from);
  if (found === undefined) throw new Error(`expected the package ${name} to be installed`);
  return found;
}

/** As Node.js looks for it: in each folder above. */
function findFolder(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', name);
  if (existsSync(folder)) return realpathSync(folder);
  const above = dirname(from);
  return above === from ? undefined : findFolder(name, above);
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
