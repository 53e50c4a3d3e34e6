// Publishes the output of `changeset pack`, in its order: node publish-tarballs.ts FOLDER [--provenance]
// It needs only Node.js and npm, so that nothing else is installed where publishing is allowed.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { mustRun, run } from '../commands.ts';

interface Release {
  readonly name: string;
  readonly version: string;
  readonly file: string;
}

const [, , given, ...flags] = process.argv;
if (given === undefined || flags.some((flag) => flag !== '--provenance')) {
  throw new Error('expected: node publish-tarballs.ts FOLDER [--provenance]');
}
const folder = resolve(given);
const releases = readPlan();
// All are checked before the first is published: a published version cannot be replaced.
for (const { name, version, file } of releases) {
  const there = await publishedIntegrity(name, version);
  if (there !== undefined && there !== digest('sha512', file)) {
    throw new Error(`${name}@${version} is already published with other contents`);
  }
}
for (const { name, version, file } of releases) {
  if ((await publishedIntegrity(name, version)) !== undefined) {
    console.log(`already published  ${name}@${version}`);
    continue;
  }
  await mustRun('npm', ['publish', file, '--access', 'public', ...flags], { cwd: folder });
  console.log(`published      ${name}@${version}`);
}

function readPlan(): readonly Release[] {
  const { plan } = JSON.parse(readFileSync(join(folder, 'publish-plan.json'), 'utf8')) as {
    readonly plan: readonly (readonly {
      readonly kind: string;
      readonly name: string;
      readonly version: string;
      readonly tarball: { readonly path: string; readonly integrity: string };
    }[])[];
  };
  const found = plan.flat().filter(({ kind }) => kind === 'publish');
  return found.map(({ name, version, tarball }) => {
    const file = join(folder, tarball.path);
    if (digest('sha256', file) !== tarball.integrity) {
      throw new Error(`${tarball.path} differs from what was packed`);
    }
    return { name, version, file };
  });
}

function digest(algorithm: 'sha256' | 'sha512', file: string): string {
  const hash = createHash(algorithm).update(readFileSync(file)).digest('base64');
  return `${algorithm}-${hash}`;
}

/** The published tarball of this name and version; undefined where there is none. */
async function publishedIntegrity(name: string, version: string): Promise<string | undefined> {
  const args = ['view', `${name}@${version}`, 'dist.integrity', '--json', '--prefer-online'];
  const { status, stdout, output } = await run('npm', args, { cwd: folder });
  if (status === 0) return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as string);
  if (output.includes('E404')) return undefined;
  throw new Error(`the registry does not answer for ${name}@${version}\n${output}`);
}
