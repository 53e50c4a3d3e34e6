import { join } from 'node:path';
import { nodeOf } from '../tools.ts';

export interface Tool {
  readonly name: string;
  readonly path: string;
}

const OWN = join(import.meta.dirname, 'node_modules');
const ROOT = join(import.meta.dirname, '../../node_modules');

/** Each Node.js that is supported, oldest first. */
const RUNTIMES: readonly (Tool & { readonly major: number })[] = [
  { name: 'Node.js 20', major: 20, path: nodeOf(join(OWN, 'node-20')) },
  { name: 'Node.js 22', major: 22, path: nodeOf(join(OWN, 'node-22')) },
  { name: 'Node.js 24', major: 24, path: nodeOf(join(OWN, 'node-24')) },
  { name: 'Node.js 26', major: 26, path: nodeOf(join(ROOT, 'node')) },
];

/** The versions that run a project: with `quick` the oldest only. */
export function runtimesFor(minNode: number, quick: boolean): readonly Tool[] {
  const supported = RUNTIMES.filter(({ major }) => major >= minNode);
  return quick ? supported.slice(0, 1) : supported;
}

export interface Compilation {
  readonly name: string;
  /** The compiler's JavaScript file, run by our Node.js. */
  readonly tsc: string;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  /** The extension decides the module system. */
  readonly ending: 'mts' | 'cts' | 'ts';
}

const OLDEST = join(OWN, 'typescript-5.4/bin/tsc');
const NEWEST = join(ROOT, 'typescript/bin/tsc');

/** The packages must compile with each of these. CommonJS can require an ES module from 5.8 on. */
const COMPILATIONS: readonly Compilation[] = [
  { name: 'TypeScript 5.4, ESM', tsc: OLDEST, ...node('mts') },
  { name: 'TypeScript 5.9, ESM', tsc: join(OWN, 'typescript-5.9/bin/tsc'), ...node('mts') },
  { name: 'TypeScript 5.9, CommonJS', tsc: join(OWN, 'typescript-5.9/bin/tsc'), ...node('cts') },
  { name: 'TypeScript 6, ESM', tsc: join(OWN, 'typescript-6/bin/tsc'), ...node('mts') },
  { name: 'TypeScript 6, CommonJS', tsc: join(OWN, 'typescript-6/bin/tsc'), ...node('cts') },
  { name: 'TypeScript 7, ESM', tsc: NEWEST, ...node('mts') },
  { name: 'TypeScript 7, CommonJS', tsc: NEWEST, ...node('cts') },
  {
    name: 'TypeScript 7, bundler',
    tsc: NEWEST,
    compilerOptions: { module: 'esnext', moduleResolution: 'bundler' },
    ending: 'ts',
  },
];

/** The compilations that a project asks for. */
export function compilationsFor(compilers: 'all' | 'ends' | 'newest'): readonly Compilation[] {
  if (compilers === 'all') return COMPILATIONS;
  const selected = compilers === 'newest' ? [NEWEST] : [OLDEST, NEWEST];
  return COMPILATIONS.filter(({ tsc, ending }) => ending === 'mts' && selected.includes(tsc));
}

function node(ending: 'mts' | 'cts'): Pick<Compilation, 'compilerOptions' | 'ending'> {
  return { compilerOptions: { module: 'nodenext' }, ending };
}
