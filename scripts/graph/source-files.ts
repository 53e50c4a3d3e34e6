import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseSync } from 'oxc-parser';

export const ROOT: string = resolve(import.meta.dirname, '../..');

/** A file of packages/NAME/src. Paths start at the root and have slashes on every platform. */
export interface SourceFile {
  readonly path: string;
  readonly package: string;
  readonly text: string;
  /** The files that it imports or exports from, types included. */
  readonly imports: readonly string[];
}

type Exports = Readonly<Record<string, string | { readonly '@grpc-authn/source'?: string }>>;

export function readSourceFiles(): readonly SourceFile[] {
  return readdirSync(join(ROOT, 'packages'))
    .filter((name) => existsSync(join(ROOT, 'packages', name, 'package.json')))
    .flatMap((name) => filesBelow(join('packages', name, 'src')))
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      const found = specifiersOf(path, text).flatMap((specifier) => fileOf(path, specifier) ?? []);
      return { path, package: path.split('/')[1] ?? '', text, imports: [...new Set(found)] };
    });
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).split(sep).join('/'));
}

function specifiersOf(path: string, text: string): readonly string[] {
  const { module } = parseSync(path, text);
  return [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.flatMap(
      ({ moduleRequest: { start, end } }) => text.slice(start, end).match(/(?<=^['"])[^'"]+/) ?? [],
    ),
  ];
}

/** Undefined where it is a package of somebody else. */
function fileOf(importer: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const file = join(ROOT, dirname(importer), specifier);
    return relative(ROOT, file).split(sep).join('/');
  }
  const [, name, entry = ''] = /^@grpc-authn\/([\w-]+)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const source = exportsOf(name)[`.${entry}`];
  const file = typeof source === 'object' ? source['@grpc-authn/source'] : undefined;
  if (file === undefined) throw new Error(`${importer}: expected an export, received ${specifier}`);
  return join('packages', name, file).split(sep).join('/');
}

function exportsOf(name: string): Exports {
  const file = join(ROOT, 'packages', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly exports: Exports }).exports;
}
