import { parseSync } from 'oxc-parser';

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

const CALLS = new Set(['describe', 'it', 'test']);
/** Where a title of several tests differs: `%s`, `$name`, `${name}`. */
const PLACEHOLDER = /%[sdifjo#.]|\$[\w{]/;
/** What is left of a title without its placeholder identifies a test only if it is long enough. */
const MIN_CHARACTERS = 12;

/**
 * The titles of the tests and groups of tests in a file. One with a placeholder is cut off there: 'is refused,
 * whatever else: %s' is 'is refused, whatever else'.
 */
export function testTitles(file: string, source: string): ReadonlySet<string> {
  const titles = new Set<string>();
  visit(parseSync(file, source).program, (node) => {
    if (node.type !== 'CallExpression' || !CALLS.has(nameOfCallee(node['callee']))) return;
    const [first] = node['arguments'] as readonly Node[];
    const title = textOf(first);
    const [whole = ''] = title.split(PLACEHOLDER);
    const cut = whole.replace(/(?:[\s:,(]+"?)+$/, '');
    const isWhole = whole === title && cut !== '';
    if (isWhole || cut.length >= MIN_CHARACTERS) titles.add(cut);
  });
  return titles;
}

/** `it`, `it.skip`, `it.each(table)`. */
function nameOfCallee(callee: unknown): string {
  const node = callee as Node;
  switch (node.type) {
    case 'Identifier':
      return String(node['name']);
    case 'MemberExpression':
      return nameOfCallee(node['object']);
    case 'CallExpression':
      return nameOfCallee(node['callee']);
    default:
      return '';
  }
}

/** With `${` where a template has an expression; empty for anything but a text. */
function textOf(node: Node | undefined): string {
  if (node?.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : '';
  if (node?.type !== 'TemplateLiteral') return '';
  const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  return quasis.map(({ value }) => value.cooked).join('${');
}

function visit(node: unknown, seen: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (typeof (node as Node).type === 'string') seen(node as Node);
  for (const child of Object.values(node)) visit(child, seen);
}
