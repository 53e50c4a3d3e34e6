import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

const BENCH = fileURLToPath(new URL('../..', import.meta.url));
const ROOT = join(BENCH, '../..');
const SOURCE = '@grpc-authn/source';
/** What the measured part of our packages exports. */
const ENTRY = `export { cached, createAuthInterceptor } from '@grpc-authn/core';
export { createHs256Authenticator } from '@grpc-authn/hs256';
export { createJwksAuthenticator } from '@grpc-authn/jwks';
`;

interface Manifest {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Bundles our packages as they were at a commit into one module of the bench, so that both versions run side by side
 * on the same grpc-js and jose.
 *
 * @returns the file
 */
export async function bundleBefore(commit: string): Promise<string> {
  const name = git('rev-parse', '--verify', '--short', `${commit}^{commit}`).trim();
  const folder = mkdtempSync(join(tmpdir(), 'grpc-authn-before-'));
  try {
    const archive = join(folder, 'packages.tar');
    git('archive', `--output=${archive}`, name, 'packages', 'tsconfig.base.json');
    execFileSync('tar', ['-xf', archive, '-C', folder]);
    const input = join(folder, 'entry.ts');
    writeFileSync(input, ENTRY);
    const bundle = await rolldown({
      input,
      external: isShared,
      platform: 'node',
      resolve: { conditionNames: [SOURCE, 'node', 'import', 'default'] },
      plugins: [packagesIn(folder)],
    });
    // In a folder of the bench, where its imports are installed.
    const dir = join(BENCH, 'dist', 'before', name);
    await bundle.write({ dir, entryFileNames: 'index.js', format: 'esm' });
    await bundle.close();
    return join(dir, 'index.js');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Installed for the bench, and loaded once for both versions. */
function isShared(id: string): boolean {
  const [scope = '', inside] = id.split('/');
  const name = scope.startsWith('@') ? `${scope}/${inside}` : scope;
  return isBuiltin(id) || (!isOurs(id) && name in manifestOf(BENCH).dependencies);
}

/** Resolves our packages to their sources at the commit, and their own dependencies to what is installed now. */
function packagesIn(folder: string): Plugin {
  return {
    name: 'packages of a commit',
    resolveId(id, importer) {
      if (isOurs(id)) {
        const [, name = '', ...entry] = id.split('/');
        const owner = join(folder, 'packages', name);
        const key = ['.', ...entry].join('/');
        const source = manifestOf(owner).exports[key]?.[SOURCE];
        if (source === undefined) throw new Error(`expected an entry point ${id} at the commit`);
        return join(owner, source);
      }
      if (importer === undefined || /^[./#]/.test(id) || isShared(id)) return undefined;
      const [packages, name = ''] = relative(folder, importer).split(sep);
      if (packages !== 'packages') return undefined;
      return this.resolve(id, join(ROOT, 'packages', name, 'package.json'), { skipSelf: true });
    },
  };
}

function isOurs(id: string): boolean {
  return id.startsWith('@grpc-authn/');
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
}
