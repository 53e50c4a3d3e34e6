// Prints the notes of a release: the changelog entries, each once, with the packages that they concern.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const packages = join(import.meta.dirname, '../../packages');
const aboutWhom = new Map<string, string[]>();
for (const name of readdirSync(packages)) {
  const changes = newest(join(packages, name, 'CHANGELOG.md'));
  if (changes === undefined) continue;
  aboutWhom.set(changes, [...(aboutWhom.get(changes) ?? []), `@grpc-authn/${name}`]);
}
for (const [changes, names] of aboutWhom) console.log(`${names.join(', ')}\n\n${changes}\n`);

/** The text of the first section; undefined where it is empty. */
function newest(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const [, section = ''] = readFileSync(file, 'utf8').split(/^## .*$/m);
  const said = section.trim();
  return said === '' || said === 'No changes in this release.' ? undefined : said;
}
