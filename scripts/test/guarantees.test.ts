import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guaranteesIn, rulesIn, testLinks } from '../guarantees/guarantees.ts';
import { testTitles } from '../guarantees/test-titles.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The sections that promise something. The first text of README has no heading of its own. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  'README.md': ['', 'Decide who may call what', 'Swap the provider', 'Guarantees'],
  'SECURITY.md': ['Guarantees', 'Behaviour of grpc-js'],
};
const RULES = 'docs/security-rules.md';
const MODEL = 'docs/threat-model.md';
const DOCUMENTS = [...Object.keys(SECTIONS), RULES, MODEL];

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const titles = new Map<string, ReadonlySet<string>>();
function titlesOf(file: string): ReadonlySet<string> {
  const known = titles.get(file) ?? testTitles(file, read(file));
  titles.set(file, known);
  return known;
}

const named = DOCUMENTS.flatMap((document) =>
  testLinks(read(document)).map(({ title, file }): [string, string, string] => [
    document,
    title,
    relative(ROOT, resolve(ROOT, dirname(document), file)),
  ]),
);

const guarantees = Object.entries(SECTIONS).flatMap(([document, sections]) =>
  sections.flatMap((section) =>
    guaranteesIn(read(document), section).map(
      ({ text, links }) => [document, text, links.length] as const,
    ),
  ),
);

describe('the guarantees', () => {
  it('are found', () => {
    expect(guarantees.length).toBeGreaterThan(25);
    expect(named.length).toBeGreaterThan(200);
  });

  it.each(named)('name only existing tests: %s, %s', (_, title, file) => {
    expect([...titlesOf(file)]).toContain(title);
  });

  it.each(guarantees)('name a test each: %s, %s', (_document, _text, links) => {
    expect(links).toBeGreaterThan(0);
  });

  it.each(rulesIn(read(RULES)).map(({ number, links }) => [number, links.length] as const))(
    'name a test for rule %i',
    (_, links) => {
      expect(links).toBeGreaterThan(0);
    },
  );

  it('cite only rules that exist', () => {
    const rules = rulesIn(read(RULES)).map(({ number }) => number);
    expect(new Set(rules).size).toBe(rules.length);
    const cited = [...read(MODEL).matchAll(/\((\d+(?:, \d+)*)\) +\|/g)].flatMap(
      ([, numbers = '']) => numbers.split(', ').map(Number),
    );
    expect(cited.length).toBeGreaterThan(80);
    expect(cited.filter((number) => !rules.includes(number))).toEqual([]);
  });
});

describe('the check of the guarantees', () => {
  it('reads literal titles, and those with placeholders up to the first one', () => {
    const source = `
      describe('a group', () => {
        it.each(table)('is refused by the gate: %s', () => {});
        it.skipIf(x)("is skipped", () => {});
        test(\`is a template of \${x} titles\`, () => {});
        it('%s', () => {});
        expect('no title').toBe(x);
      });`;
    expect([...testTitles('a.test.ts', source)]).toEqual([
      'a group',
      'is refused by the gate',
      'is skipped',
      'is a template of',
    ]);
  });

  it('finds a promise without a test, in paragraphs and in list items', () => {
    const text =
      '# A\n\nIt never fails.\n\nTwo.\n\n<!-- [x](y.test.ts) -->\n\n## B\n\nOne.\n\n```sh\nnever\n```\n\n- Never. [x](y.test.ts)\n- Always.\n\n  ```js\n  x\n  ```\n\n  So.\n';
    expect(guaranteesIn(text, '')).toEqual([{ text: 'It never fails.', links: [] }]);
    expect(guaranteesIn(text, 'B')).toEqual([
      { text: '- Never. [x](y.test.ts)', links: [{ title: 'x', file: 'y.test.ts' }] },
      { text: '- Always.\n\n\n\n  So.', links: [] },
    ]);
    expect(() => guaranteesIn(text, 'C')).toThrow('expected a section "C"');
  });

  it('reads links in comments, over two lines and with brackets', () => {
    const text = '<!-- [a\n  title](a/b.test.ts) -->\n[\\[x\\] y](c.test.ts) [other](d.ts)';
    expect(testLinks(text)).toEqual([
      { title: 'a title', file: 'a/b.test.ts' },
      { title: '[x] y', file: 'c.test.ts' },
    ]);
  });

  it('finds a rule without a test', () => {
    const rules = rulesIn('# A\n\n1. One.\n   [x](y.test.ts)\n2. Two.\n\n## B\n\nText.\n');
    expect(rules.map(({ number, links }) => [number, links.length])).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });
});
