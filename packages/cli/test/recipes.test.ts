import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fillIn, providers, readRecipe } from '../src/commands/init/recipe.ts';

const DOCUMENTS = join(import.meta.dirname, '../../../docs/recipes');
const SHIPPED = join(import.meta.dirname, '../recipes');

describe('the recipes of the command', () => {
  it('are those of the documentation, byte for byte: run `pnpm --filter @grpc-authn/cli recipes`', () => {
    const contentsOf = (folder: string): Record<string, string> =>
      Object.fromEntries(
        readdirSync(folder)
          .filter((name) => name.endsWith('.yaml'))
          .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
      );
    expect(Object.keys(contentsOf(SHIPPED)).length).toBeGreaterThan(24);
    expect(contentsOf(SHIPPED)).toEqual(contentsOf(DOCUMENTS));
  });

  it.each(providers())(
    'are filled in without a change of structure, whatever the values are: %s',
    (provider) => {
      const recipe = readRecipe(provider);
      const value = fc.oneof(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.constantFrom(
          ': x',
          '# x',
          '}',
          "']",
          '${file:/etc/passwd}',
          '$${A}',
          '- a',
          'null',
          '1e3',
          '&a',
          '"',
        ),
      );
      fc.assert(
        fc.property(
          fc.array(value, { minLength: recipe.needs.length, maxLength: recipe.needs.length }),
          (list) => {
            const values = new Map(recipe.needs.map(({ name }, index) => [name, list[index]!]));
            const written: unknown = parse(fillIn(recipe, values));
            expect(written).toEqual(substituted(parse(recipe.text), values));
          },
        ),
        { numRuns: 50 },
      );
    },
  );
});

/** The same by members of the parsed file. The loader reads `$${` as a literal `${`. */
function substituted(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) =>
      values.get(name)!.split('${').join('$${'),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => substituted(item, values));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, substituted(member, values)]),
  );
}
