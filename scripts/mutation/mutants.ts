import { type Node, parseSync } from 'oxc-parser';

/** One check, removed. */
export interface Mutant {
  /** `file:line:column what`; a source asks by this ID whether the mutant is on. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  /** The kind of change, and the code that it changes. */
  readonly what: string;
}

interface Change {
  readonly mutant: Mutant;
  /** The code that replaces the original. */
  readonly instead: 'true' | 'false';
}

const SNIPPET = 70;
const LEAVING = new Set([
  'ReturnStatement',
  'ThrowStatement',
  'ContinueStatement',
  'BreakStatement',
]);

/**
 * Every mutant of a source, and the source with all of them in it, each behind a switch. It is transformed
 * once, so that a mutant costs only the tests that run against it.
 */
export function mutate(
  file: string,
  source: string,
): { readonly mutants: readonly Mutant[]; readonly code: string } {
  const mutants: Mutant[] = [];
  // Where several replacements start at the same place, the outer one opens first and closes last.
  const opened = new Map<number, string>();
  const closed = new Map<number, string>();

  const change = (node: Node, what: string, instead: Change['instead']): Change => {
    const before = source.slice(0, node.start).split('\n');
    const place = `${file}:${before.length}:${(before.at(-1) ?? '').length + 1}`;
    const mutant = { id: `${place} ${what}`, file, line: before.length, what };
    mutants.push(mutant);
    return { mutant, instead };
  };
  const wrap = (node: Node, changes: readonly Change[], inner: () => void): void => {
    const switches = changes.map(
      ({ mutant, instead }) => `__off(${JSON.stringify(mutant.id)})?${instead}:`,
    );
    if (changes.length > 0) add(opened, node.start, `(${switches.join('')}(`);
    inner();
    if (changes.length > 0) add(closed, node.end, '))');
  };
  const text = (node: Node): string => shortened(source.slice(node.start, node.end));

  const visit = (node: Node): void => {
    const changes = new Map<Node, readonly Change[]>();
    if (node.type === 'IfStatement') {
      const { test, consequent, alternate } = node;
      const never = change(test, `\`if (${text(test)})\` never fires`, 'false');
      const guards = alternate !== null || !leaves(consequent);
      const always = guards ? [change(test, `\`if (${text(test)})\` always fires`, 'true')] : [];
      changes.set(test, [never, ...always]);
    } else if (node.type === 'ConditionalExpression') {
      const { test } = node;
      changes.set(test, [
        change(test, `\`${text(test)} ?\` always takes the second`, 'false'),
        change(test, `\`${text(test)} ?\` always takes the first`, 'true'),
      ]);
    } else if (node.type === 'LogicalExpression' && node.operator !== '??') {
      const { operator } = node;
      const instead = operator === '&&' ? 'true' : 'false';
      for (const operand of [node.left, node.right]) {
        // `a && b && c` is `(a && b) && c`: operands are dropped one at a time.
        if (operand.type === 'LogicalExpression' && operand.operator === operator) continue;
        changes.set(operand, [
          change(operand, `\`${text(operand)}\` dropped from \`${operator}\``, instead),
        ]);
      }
    }
    for (const child of childrenOf(node)) {
      wrap(child, changes.get(child) ?? [], () => visit(child));
    }
  };
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0]?.message}`);
  visit(program);
  return {
    mutants,
    code: mutants.length === 0 ? source : HEADER + inserted(source, opened, closed),
  };
}

/** On the first line, so that line numbers do not change. */
const HEADER = 'const __off = (id) => globalThis.__mutation?.isOff(id) === true; ';

function leaves(statement: Node): boolean {
  const last = statement.type === 'BlockStatement' ? statement.body.at(-1) : statement;
  return last !== undefined && LEAVING.has(last.type);
}

function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof value?.type === 'string' && 'start' in value)
    .toSorted((a, b) => a.start - b.start);
}

function add(places: Map<number, string>, place: number, text: string): void {
  places.set(place, (places.get(place) ?? '') + text);
}

function inserted(
  source: string,
  opened: ReadonlyMap<number, string>,
  closed: ReadonlyMap<number, string>,
): string {
  const places = [...new Set([...opened.keys(), ...closed.keys()])].toSorted((a, b) => a - b);
  let code = '';
  let done = 0;
  for (const place of places) {
    code += source.slice(done, place) + (closed.get(place) ?? '') + (opened.get(place) ?? '');
    done = place;
  }
  return code + source.slice(done);
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > SNIPPET ? `${line.slice(0, SNIPPET)}…` : line;
}
