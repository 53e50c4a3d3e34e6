import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import { keyOf, type Path } from './path.ts';
import type { Problem } from './problem.ts';

/** A parsed document, before interpolation. */
export interface ParsedDocument {
  readonly value: unknown;
  /** The line of each value, by keyOf(path). */
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
}

/** By code: yaml's own messages quote the file's text, which may be a secret. */
const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'expected spaces as indentation, received a tab',
  DUPLICATE_KEY: 'this key is here twice',
  BAD_INDENT: 'the indentation does not fit what is above, or a bracket is not closed',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  MISSING_CHAR: 'a bracket, quote, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key spans several lines; a colon or a quote may be missing',
  NON_STRING_KEY: 'a key must be text',
  BAD_ALIAS: 'anchors and aliases are not supported; write the value out',
};

/** Parses YAML 1.2 (and so JSON): one document, without anchors, aliases and tags. */
export function parseYaml(text: string): ParsedDocument {
  const counter = new LineCounter();
  const walk = new Walk(counter);
  try {
    const contents = parseSyntax(text, counter, walk);
    const value = contents === undefined ? undefined : walk.read(contents, []);
    return { value, lines: walk.lines, problems: walk.problems };
  } catch {
    // Thousands of nested brackets overflow the parser's stack.
    const problem = { path: [], text: 'this cannot be parsed as YAML' };
    return { value: undefined, lines: walk.lines, problems: [problem] };
  }
}

/** The content of the one document; undefined where the walk has a problem. */
function parseSyntax(text: string, lineCounter: LineCounter, walk: Walk): Node | undefined {
  const [document, second] = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
    stringKeys: true,
    schema: 'core',
    version: '1.2',
    merge: false,
    logLevel: 'silent',
  });
  for (const { code, pos } of document?.errors ?? []) {
    walk.problem([], SYNTAX[code] ?? `this is not well-formed YAML (${code})`, pos[0]);
  }
  if (second !== undefined) {
    walk.problem([], 'expected one document, received a second', second.range[0]);
  }
  const contents = document?.contents ?? undefined;
  if (contents === undefined && walk.problems.length === 0) walk.problem([], EMPTY, 0);
  return walk.problems.length === 0 ? contents : undefined;
}

const EMPTY = 'expected at least authenticator, received an empty document';

class Walk {
  readonly lines = new Map<string, number>();
  readonly problems: Problem[] = [];
  readonly #counter: LineCounter;

  constructor(counter: LineCounter) {
    this.#counter = counter;
  }

  problem(path: Path, text: string, offset: number): void {
    this.problems.push({ path, text, line: this.#lineAt(offset) });
  }

  read(node: Node | null, path: Path): unknown {
    if (node === null) return null;
    const offset = node.range?.[0] ?? 0;
    if (!this.lines.has(keyOf(path))) this.lines.set(keyOf(path), this.#lineAt(offset));
    if (isAlias(node) || node.anchor !== undefined) {
      return this.problem(path, SYNTAX['BAD_ALIAS'] ?? '', offset);
    }
    if (node.tag !== undefined) return this.problem(path, 'tags are not supported', offset);
    if (isMap<Scalar<string>, Node | null>(node)) return this.#readMap(node.items, path);
    if (isSeq<Node>(node))
      return node.items.map((item, index) => this.read(item, [...path, index]));
    return isScalar(node) ? this.#readScalar(node, path, offset) : undefined;
  }

  #readMap(
    pairs: readonly Pair<Scalar<string>, Node | null>[],
    path: Path,
  ): Readonly<Record<string, unknown>> {
    const members: [string, unknown][] = [];
    for (const { key, value } of pairs) {
      const name = key.value;
      const inner = [...path, name];
      const offset = key.range?.[0] ?? 0;
      // A problem of a value is reported at its key.
      this.lines.set(keyOf(inner), this.#lineAt(offset));
      if (isAlias(key) || key.anchor !== undefined || key.tag !== undefined) {
        this.problem(inner, 'a key must be plain text', offset);
      }
      members.push([name, this.read(value, inner)]);
    }
    // Unlike an assignment, this makes __proto__ a member like any other.
    return Object.fromEntries(members);
  }

  #readScalar({ value }: Scalar, path: Path, offset: number): unknown {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) || isFraction(value))) {
      return this.problem(
        path,
        'this number cannot be represented exactly; write it in quotes',
        offset,
      );
    }
    return value;
  }

  #lineAt(offset: number): number {
    return Math.max(1, this.#counter.linePos(offset).line);
  }
}

function isFraction(value: number): boolean {
  return Number.isFinite(value) && !Number.isInteger(value);
}
