import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, pnpm } from '../commands.ts';

/** Packs every package of packages/ as a release does, and returns the paths of the tarballs. */
export async function pack(root: string, folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const args = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', folder];
  await mustRun(...pnpm(...args), { cwd: root });
  const files = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const packages = readdirSync(join(root, 'packages'));
  if (files.length !== packages.length) {
    throw new Error(`${packages.length} packages, ${files.length} tarballs: ${files.join(', ')}`);
  }
  return files.map((name) => join(folder, name));
}
