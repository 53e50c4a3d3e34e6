import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RECIPES } from '../support/recipe.ts';

const read = (file: string): string => readFileSync(join(RECIPES, file), 'utf8');
const FILES = readdirSync(RECIPES);
const PAGES = FILES.filter((file) => file.endsWith('.md') && file !== 'README.md');
const YAML = FILES.filter((file) => file.endsWith('.yaml'));
const TESTS = readdirSync(import.meta.dirname).map((file) =>
  readFileSync(join(import.meta.dirname, file), 'utf8'),
);

describe('each recipe', () => {
  it('is found', () => {
    expect(PAGES.length).toBe(24);
    expect(YAML.length).toBeGreaterThanOrEqual(PAGES.length);
  });

  it.each(YAML)('names its schema for editors: %s', (file) => {
    expect(read(file).split('\n', 1)).toEqual([
      '# yaml-language-server: $schema=https://unpkg.com/@grpc-authn/config/schema.json',
    ]);
  });

  it.each(YAML)('is on a page, byte for byte: %s', (file) => {
    const block = `\`\`\`yaml\n${read(file)}\`\`\`\n`;
    expect(PAGES.filter((page) => read(page).includes(block))).toHaveLength(1);
  });

  it.each(YAML)('is loaded by a test: %s', (file) => {
    const name = file.replace(/\.yaml$/, '');
    expect(TESTS.some((text) => new RegExp(`useRecipe\\(\\s*'${name}',`).test(text))).toBe(true);
  });

  it.each(PAGES)('is in the list: %s', (page) => {
    expect(read('README.md')).toContain(`](${page})`);
    expect(existsSync(join(RECIPES, page.replace(/\.md$/, '.yaml')))).toBe(true);
  });

  it.each(PAGES)('states when its facts were checked: %s', (page) => {
    expect(read(page)).toMatch(/^Checked in 20\d\d-(?:0[1-9]|1[0-2])\b/m);
  });
});
