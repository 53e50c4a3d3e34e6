import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');

// YAML is a superset of JSON; comments and trailing commas are the only additions in these files.
function readJson(file: string): Record<string, unknown> {
  const text = readFileSync(join(root, file), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  return parse(text) as Record<string, unknown>;
}

const tasks = readJson('turbo.json')['tasks'] as Record<string, { inputs?: string[] }>;
const built = ['packages', 'apps']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .map((folder) => join(folder, 'package.json'))
  .filter((file) => {
    const { scripts } = readJson(file) as { scripts?: Record<string, string> };
    return scripts?.['build'] !== undefined;
  });

describe('the build of', () => {
  it.each(built)('%s runs again when a compiled file changes', (file) => {
    const { name } = readJson(file) as { name: string };
    const { inputs = [] } = tasks[`${name}#build`] ?? tasks['build'] ?? {};
    const { include } = readJson(join(dirname(file), 'tsconfig.json')) as { include: string[] };
    const uncovered = include.filter(
      (folder) => !inputs.some((glob) => matchesGlob(`${folder}/a.ts`, glob)),
    );
    expect(uncovered).toEqual([]);
  });
});
