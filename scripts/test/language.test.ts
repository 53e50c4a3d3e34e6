import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOddWords } from '../language/find-odd-words.ts';
import { isReadable } from '../language/prose.ts';
import { ODD_WORDS } from '../language/words.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Machine-made, a record of the past, or the list itself. */
const NOT_READ = [
  /^docs\/generated\//,
  /^packages\/[\w-]+\/api\//,
  /(^|\/)CHANGELOG\.md$/,
  /^scripts\/language\/words\.ts$/,
  /^scripts\/test\/language\.test\.ts$/,
];

const files = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
)
  .split('\0')
  .filter((file) => isReadable(file) && !NOT_READ.some((pattern) => pattern.test(file)))
  // Deleted, and not committed yet.
  .filter((file) => existsSync(join(ROOT, file)));

function oddWordsIn(some: readonly string[]): readonly string[] {
  return some.flatMap((file) => findOddWords(file, readFileSync(join(ROOT, file), 'utf8')));
}

describe('the language', () => {
  it('is plain: no file has a word of the list of CONTRIBUTING.md', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(oddWordsIn(files)).toEqual([]);
  });
});

describe('the check of the language', () => {
  it('reads comments and strings, and names file, line, word and replacement', () => {
    const source = 'const one = 1;\n// Whence it comes.\nconst two = "default, unless said";\n';
    expect(findOddWords('a.ts', source)).toEqual([
      'a.ts:2: "Whence"; write: the source of',
      'a.ts:3: "unless said"; write: default X, by default',
    ]);
  });

  it('reads template strings, and the comments of other languages', () => {
    expect(findOddWords('a.ts', 'const a = `the door ${1} is told`;')).toHaveLength(2);
    expect(findOddWords('a.yaml', "key: 'a # door'\nother: 1 # a door\n")).toHaveLength(2);
    expect(findOddWords('a.proto', '// A door.\nmessage Door {}\n')).toHaveLength(1);
  });

  it('does not read names', () => {
    const source = "import told from 'door';\nconst laws = told({ door: 'stranger' });\n";
    expect(findOddWords('a.ts', source)).toEqual([]);
    expect(findOddWords('a.ts', '// See `door()`.\nexport {};')).toEqual([]);
  });

  it('reads Markdown, but no code and no address', () => {
    expect(findOddWords('a.md', 'A\n\nnew door.\n')).toEqual([
      'a.md:3: "door"; write: entry point',
    ]);
    expect(findOddWords('a.md', 'A `door`.\n\n```ts\n// A door.\n```\n')).toEqual([]);
    expect(findOddWords('a.md', '[Shared](docs/a-door.md).\n')).toEqual([]);
  });

  it('knows every row of the table in CONTRIBUTING.md, and the table every word', () => {
    const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const [, table = ''] = /^\| words to avoid[^\n]*\n\|[^\n]*\n((?:\|.*\n)+)/m.exec(text) ?? [];
    const rows = table
      .trimEnd()
      .split('\n')
      .map((row) => row.split('|').map((cell) => cell.trim()));
    const known = new Set<unknown>();
    for (const [, avoid = '', instead] of rows) {
      const words = [...avoid.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
      expect(words).not.toEqual([]);
      for (const word of words) {
        const hits = ODD_WORDS.filter(({ pattern }) => word.match(pattern) !== null);
        expect(
          hits.map((hit) => hit.instead),
          word,
        ).toContain(instead);
        for (const hit of hits) known.add(hit);
      }
    }
    expect(ODD_WORDS.filter((word) => !known.has(word))).toEqual([]);
  });
});
