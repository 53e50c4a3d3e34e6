import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from '../../package-folder.ts';
import { isScalar, parseDocument, type Scalar, stringify, visit } from 'yaml';

const FOLDER = join(PACKAGE_FOLDER, 'recipes');
const VARIABLE = /\$\{([A-Za-z_]\w*)\}/g;

/** A config file for one provider, with `${NAME}` for what the user must fill in. */
export interface Recipe {
  readonly provider: string;
  readonly text: string;
  readonly needs: readonly Need[];
}

/** A value that the recipe needs. */
export interface Need {
  readonly name: string;
  /** The comment above its line in the recipe. */
  readonly comment: string | undefined;
}

export function providers(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .toSorted();
}

/** `provider` is one of providers(). */
export function readRecipe(provider: string): Recipe {
  const text = readFileSync(join(FOLDER, `${provider}.yaml`), 'utf8');
  const lines = text.split('\n');
  const needs = new Map<string, Need>();
  for (const [index, line] of lines.entries()) {
    if (line.trimStart().startsWith('#')) continue;
    for (const [, name = ''] of line.matchAll(VARIABLE)) {
      const above = /^\s*# (.*)$/.exec(lines[index - 1] ?? '')?.[1];
      const comment = above?.startsWith('yaml-language-server') === true ? undefined : above;
      if (!needs.has(name)) needs.set(name, { name, comment });
    }
  }
  return { provider, text, needs: [...needs.values()] };
}

/**
 * The recipe's text with these values. Comments and layout stay. A value is written as a YAML string whatever it
 * contains, and `${` in it stays literal, so that no value changes the structure of the file.
 */
export function fillIn(recipe: Recipe, values: ReadonlyMap<string, string>): string {
  const { text } = recipe;
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  visit(parseDocument(text), {
    Scalar(_, node) {
      const edit = editOf(node, values);
      if (edit !== undefined) edits.push(edit);
    },
  });
  let filled = text;
  for (const { start, end, text: value } of edits.toSorted((a, b) => b.start - a.start)) {
    filled = filled.slice(0, start) + value + filled.slice(end);
  }
  return filled;
}

function editOf(
  node: Scalar,
  values: ReadonlyMap<string, string>,
): { readonly start: number; readonly end: number; readonly text: string } | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || !Array.isArray(node.range))
    return undefined;
  const filled = node.value.replaceAll(VARIABLE, (placeholder, name: string) => {
    const value = values.get(name);
    return value === undefined ? placeholder : value.replaceAll('${', '$$${');
  });
  if (filled === node.value) return undefined;
  const [start, end] = node.range;
  return { start, end, text: yamlString(filled) };
}

/** Plain where that is the same string everywhere in a file, else quoted. */
function yamlString(value: string): string {
  const isPlain = /^[A-Za-z/][\w./:@+-]*$/.test(value) && !value.endsWith(':');
  const isString = isPlain && stringify(value).trim() === value;
  return isString ? value : JSON.stringify(value);
}
