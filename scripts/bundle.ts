// Run in a package's folder: writes one file for each entry point to dist, and shared files for what they have in
// common. Loading a module costs Node.js about a quarter of a millisecond, so small files are for readers only.
import { readFileSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

/** The condition of package.json that names the source of a built file. */
const SOURCE = '@grpc-authn/source';

type Targets = string | { readonly [condition: string]: Targets };

const {
  exports,
  imports = {},
  bin = {},
} = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly exports: Targets;
  readonly imports?: Targets;
  readonly bin?: Readonly<Record<string, string>>;
};
// A program has no types, so package.json does not name its source.
const programs = Object.values(bin).map((built) => [nameOf(built), `./src/${nameOf(built)}.ts`]);
const bundle = await rolldown({
  input: Object.fromEntries([...entriesOf(exports), ...entriesOf(imports), ...programs]),
  external: (id, _importer, isResolved) => !isResolved && !id.startsWith('.'),
  platform: 'neutral',
});
// A shared file of an earlier build would be published.
rmSync('dist/shared', { recursive: true, force: true });
await bundle.write({ dir: 'dist', chunkFileNames: 'shared/[name].js', sourcemap: true });
await bundle.close();

/** Each built file that package.json names, without dist/ and .js, with its source. */
function entriesOf(targets: Targets): readonly (readonly [string, string])[] {
  if (typeof targets === 'string') return [];
  const { [SOURCE]: source, default: built, ...others } = targets;
  const inside = Object.values(others).flatMap(entriesOf);
  if (typeof source !== 'string' || typeof built !== 'string') return inside;
  return [...inside, [nameOf(built), source]];
}

function nameOf(built: string): string {
  return built.replace(/^\.\/dist\/(.*)\.js$/, '$1');
}
