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
import type { Position, Problem } from './problem.ts';

/** What a parsed document holds, before anything is filled in. */
export interface ParsedDocument {
  readonly value: unknown;
  readonly positions: ReadonlyMap<string, Position>;
  readonly problems: readonly Problem[];
}

/** What yaml's own messages quote is the file's text, and that may be a secret: these say it without. */
const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab; YAML is indented by spaces',
  DUPLICATE_KEY: 'this key stands here twice',
  BAD_INDENT: 'the indentation does not fit what is above, or a bracket is not closed',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  MISSING_CHAR: 'a bracket, quote, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines; a colon or a quote may be missing',
  NON_STRING_KEY: 'a key must be text',
  BAD_ALIAS: 'anchors and aliases are not used here; write the value out',
};

/** YAML 1.2 (so JSON too), of one document, without anchors, aliases and tags. */
export function parseYaml(text: string): ParsedDocument {
  const lines = new LineCounter();
  const walk = new Walk(lines);
  try {
    const contents = parseSyntax(text, lines, walk);
    const value = contents === undefined ? undefined : walk.read(contents, []);
    return { value, positions: walk.positions, problems: walk.problems };
  } catch {
    // Ten thousand brackets, one in the other, are more than its parser's stack takes.
    const problem = { path: [], text: 'this cannot be parsed as YAML' };
    return { value: undefined, positions: walk.positions, problems: [problem] };
  }
}

/** What stands in the one document; undefined where the walk has a problem. */
function parseSyntax(text: string, lines: LineCounter, walk: Walk): Node | undefined {
  const [document, second] = parseAllDocuments(text, {
    lineCounter: lines,
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
    walk.problem([], 'a second document begins; wanted one', second.range[0]);
  }
  const contents = document?.contents ?? undefined;
  if (contents === undefined && walk.problems.length === 0) walk.problem([], EMPTY, 0);
  return walk.problems.length === 0 ? contents : undefined;
}

const EMPTY = 'there is nothing in it; wanted at least authenticator';

class Walk {
  readonly positions = new Map<string, Position>();
  readonly problems: Problem[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  problem(path: Path, text: string, offset: number): void {
    this.problems.push({ path, text, position: this.#at(offset) });
  }

  read(node: Node | null, path: Path): unknown {
    if (node === null) return null;
    const offset = node.range?.[0] ?? 0;
    if (!this.positions.has(keyOf(path))) this.positions.set(keyOf(path), this.#at(offset));
    if (isAlias(node) || node.anchor !== undefined) {
      return this.problem(path, SYNTAX['BAD_ALIAS'] ?? '', offset);
    }
    if (node.tag !== undefined) return this.problem(path, 'tags are not used here', offset);
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
      // What is wrong with a value is looked for at its key.
      this.positions.set(keyOf(inner), this.#at(offset));
      if (isAlias(key) || key.anchor !== undefined || key.tag !== undefined) {
        this.problem(inner, 'a key must be plain text', offset);
      }
      members.push([name, this.read(value, inner)]);
    }
    // Unlike an assignment, this takes __proto__ for a name like any other.
    return Object.fromEntries(members);
  }

  #readScalar({ value }: Scalar, path: Path, offset: number): unknown {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) || isFraction(value))) {
      return this.problem(path, 'this number is not kept exactly; write it in quotes', offset);
    }
    return value;
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function isFraction(value: number): boolean {
  return Number.isFinite(value) && !Number.isInteger(value);
}
