import { extname } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A piece of text that people read, at its place in a file. */
export interface Prose {
  readonly text: string;
  readonly offset: number;
}

const SCRIPTS = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);
const OTHERS = new Set(['.md', '.proto', '.json', '.jsonc']);
const HASH_COMMENTS = new Set(['.yaml', '.yml', '.py', '.sh']);

export function isReadable(file: string): boolean {
  const type = extname(file);
  return SCRIPTS.has(type) || HASH_COMMENTS.has(type) || OTHERS.has(type);
}

/** Comments and strings of code, the comments of YAML, Python, shell, proto and JSON files, all of Markdown but code. */
export function proseOf(file: string, source: string): readonly Prose[] {
  const type = extname(file);
  if (type === '.md') return [{ text: withoutCode(source), offset: 0 }];
  if (type === '.proto') return matches(source, /\/\/.*$/gm);
  if (type.startsWith('.json')) return matches(source, /^\s*\/\/.*$/gm);
  if (HASH_COMMENTS.has(type)) return matches(source, /(?<![^\s])#.*$/gm);
  return ofScript(file, source);
}

function ofScript(file: string, source: string): readonly Prose[] {
  const { program, comments } = parseSync(file, source);
  const found = comments.map(({ start, end }) => piece(source, start, end));
  visit(program, (node) => {
    const { type, value, start, end } = node;
    const isText = type === 'TemplateElement' || (type === 'Literal' && typeof value === 'string');
    if (!isText || typeof start !== 'number' || typeof end !== 'number') return;
    const text = source.slice(start, end);
    // One word alone is a name: of a module, a key, an event.
    if (/\S\s+\S/.test(text)) found.push(piece(source, start, end));
  });
  return found;
}

function piece(source: string, start: number, end: number): Prose {
  return { text: withoutCode(source.slice(start, end)), offset: start };
}

type Node = Readonly<Record<string, unknown>>;

function visit(node: unknown, seen: (node: Node) => void): void {
  if (Array.isArray(node)) for (const item of node) visit(item, seen);
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node) seen(node);
    for (const value of Object.values(node)) visit(value, seen);
  }
}

function matches(source: string, pattern: RegExp): readonly Prose[] {
  return [...source.matchAll(pattern)].map(({ 0: text, index }) => ({ text, offset: index }));
}

/** Code has its own names. Blanks take its place, so that offsets stay. */
function withoutCode(text: string): string {
  return text.replaceAll(/^( *)```[\s\S]*?^\1```$|(`+)(?!`)[^\n]*?\2|\]\([^)\s]*\)/gm, (code) =>
    code.replaceAll(/[^\n]/g, ' '),
  );
}
