import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = [
  ...readdirSync(ROOT),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) =>
    join('docs', name),
  ),
  ...readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name, 'README.md')),
].filter((file) => file.endsWith('.md') && existsSync(join(ROOT, file)));

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** As GitHub makes them from headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('the documents', () => {
  it('are found', () => {
    expect(DOCUMENTS.length).toBeGreaterThan(10);
  });

  it.each(DOCUMENTS)('%s links only to existing files and headings', (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)];
    for (const [, target = '', anchor] of links) {
      const path = target === '' ? file : join(dirname(file), target);
      expect(existsSync(join(ROOT, path)), `${file}: ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(path))).toContain(anchor.slice(1));
    }
  });
});
