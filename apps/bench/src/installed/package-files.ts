import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface PackageFile {
  /** Within the package, with slashes. */
  readonly path: string;
  readonly bytes: number;
}

/** npm publishes them in any case. */
const ALWAYS = /^(?:package\.json|readme(?:\..*)?|licen[cs]e(?:\..*)?)$/i;

/** All files of a package, without what is installed in it. */
export function filesOf(folder: string, inside = folder): readonly PackageFile[] {
  return readdirSync(inside, { withFileTypes: true }).flatMap((entry): readonly PackageFile[] => {
    const file = join(inside, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesOf(folder, file);
    if (!entry.isFile()) return [];
    return [{ path: relative(folder, file).replaceAll('\\', '/'), bytes: statSync(file).size }];
  });
}

/** The published files: `files` of package.json lists files and folders, and with `!` exceptions. */
export function publishedFilesOf(
  folder: string,
  listed: readonly string[],
): readonly PackageFile[] {
  const unknown = listed.find((pattern) => /[*?[\]{}]/.test(pattern));
  if (unknown !== undefined) throw new Error(`files: expected a path, received "${unknown}"`);
  const included = listed.filter((pattern) => !pattern.startsWith('!'));
  const excluded = listed
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => pattern.slice(1));
  const isIn = (path: string, patterns: readonly string[]): boolean =>
    patterns.some((pattern) => path === pattern || path.startsWith(`${pattern}/`));
  return filesOf(folder).filter(
    ({ path }) => ALWAYS.test(path) || (isIn(path, included) && !isIn(path, excluded)),
  );
}
