import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from '../commands.ts';

/**
 * Clones the repository with everything in the working tree, committed or not; the tree itself is only
 * read.
 */
export async function copyWorkingTree(root: string, copy: string): Promise<void> {
  await mustRun('git', ['clone', '--quiet', root, copy], { cwd: dirname(copy) });
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = new Set((await mustRun('git', args, { cwd: root })).split('\0').filter(Boolean));
  for (const file of files) {
    const target = join(copy, file);
    mkdirSync(dirname(target), { recursive: true });
    if (existsSync(join(root, file))) copyFileSync(join(root, file), target);
    else rmSync(target, { force: true });
  }
}

/** The working tree as git sees it. */
export function treeState(root: string): Promise<string> {
  return mustRun('git', ['status', '--porcelain=v1', '--untracked-files=all'], { cwd: root });
}
