import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const ATTACKS = join(ROOT, 'apps/e2e/attacks');

/** An attack, and the file that tests it. */
type Attack = `${string}: ${string}`;

const model = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
const rows: readonly (readonly [string, string])[] = [
  ...model.matchAll(/^\| \[([^\]]+)\]\(\.\.\/(apps\/e2e\/(?:attacks|test)\/[\w-]+\.test\.ts)\)/gm),
].map(([, title = '', file = '']) => [title, file]);

/**
 * The attacks of a file: each is a `describe` with a literal title. That the rows name existing tests is checked with
 * those of the other documents.
 */
function titlesOf(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^ *describe\(\s*(?:'([^']+)'|"([^"]+)")/gm)].map(
    ([, single, double]) => single ?? double ?? '',
  );
}

const tried = readdirSync(ATTACKS)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `apps/e2e/attacks/${name}`)
  .flatMap((file) => titlesOf(file).map((title): Attack => `${file}: ${title}`));

describe('the threat model', () => {
  it('has many attacks, and many tests', () => {
    expect(rows.length).toBeGreaterThan(80);
    expect(tried.length).toBeGreaterThan(80);
    // Every row of a table has the expected form.
    const lines = model.split('\n').filter((line) => /^\| .*\.test\.ts/.test(line));
    expect(lines).toHaveLength(rows.length);
  });

  it.each(tried)('has a row for %s', (attack) => {
    expect(rows.map(([title, file]) => `${file}: ${title}`)).toContain(attack);
  });

  it('names no attack twice, and each title is a literal', () => {
    expect(new Set(tried).size).toBe(tried.length);
    expect(new Set(rows.map(([title, file]) => `${file}: ${title}`)).size).toBe(rows.length);
    for (const name of readdirSync(ATTACKS)) {
      const text = readFileSync(join(ATTACKS, name), 'utf8');
      const all = [...text.matchAll(/\bdescribe(?:\.\w+)?\(/g)].length;
      expect(titlesOf(`apps/e2e/attacks/${name}`), name).toHaveLength(all);
    }
  });
});
