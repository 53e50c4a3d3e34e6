import { readFileSync } from 'node:fs';
import { cp, mkdir, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../../../packages/', import.meta.url));

/** Installs our built packages into a folder as npm does: copies of them, and their dependencies beside them. */
export async function installPackages(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await install(folder, name);
}

async function install(folder: string, name: string): Promise<void> {
  const source = join(PACKAGES, name);
  const target = join(folder, 'node_modules', '@grpc-authn', name);
  const manifest = readFileSync(join(source, 'package.json'), 'utf8');
  const {
    files,
    dependencies = {},
    peerDependencies = {},
  } = JSON.parse(manifest) as {
    readonly files: readonly string[];
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly peerDependencies?: Readonly<Record<string, string>>;
  };
  await cp(join(source, 'package.json'), join(target, 'package.json'));
  for (const published of files) {
    if (!/^[a-z]+$/.test(published)) continue;
    await cp(join(source, published), join(target, published), { recursive: true });
  }
  for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (needed.startsWith('@grpc-authn/')) continue;
    const link = join(folder, 'node_modules', needed);
    await mkdir(dirname(link), { recursive: true });
    const modules = await realpath(join(source, 'node_modules', needed));
    // A junction is what Windows allows without privileges.
    await symlink(modules, link, 'junction').catch(isThere);
  }
}

function isThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
