import { describe, expect, it } from 'vitest';
import { packageArrows, upwardArrows } from '../graph/arrows.ts';
import { cyclesIn } from '../graph/cycles.ts';
import { duplicatesIn } from '../graph/duplicates.ts';
import { CORE_LAYERS, FLOORS } from '../graph/floors.ts';
import { readSourceFiles, type SourceFile } from '../graph/source-files.ts';

const files = readSourceFiles();

function file(path: string, imports: readonly string[], text = ''): SourceFile {
  return { path, package: path.split('/')[1] ?? '', text, imports };
}

describe('the sources of the packages', () => {
  it('are all found, each on a floor', () => {
    expect(files.length).toBeGreaterThan(150);
    const packages = [...packageArrows(files).keys()];
    expect(packages.toSorted()).toEqual(FLOORS.flat().toSorted());
  });

  it('have no cycle of packages or of files, types included', () => {
    expect(cyclesIn(packageArrows(files))).toEqual([]);
    expect(cyclesIn(new Map(files.map(({ path, imports }) => [path, imports])))).toEqual([]);
  });

  it('have no import from the same floor or a higher one', () => {
    expect(upwardArrows(files)).toEqual([]);
  });

  it('have no block of more than ten lines twice', () => {
    expect(duplicatesIn(files)).toEqual([]);
  });
});

describe('the checks of the graph', () => {
  it('find a cycle, and a file that imports itself', () => {
    const graph: readonly (readonly [string, readonly string[]])[] = [
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', ['d']],
      ['e', ['a']],
    ];
    expect(cyclesIn(new Map(graph))).toEqual([['d'], ['a', 'b', 'c']]);
  });

  it('find an import from a higher floor, from the same one, and from a package without a floor', () => {
    const upward = [
      file('packages/core/src/a.ts', ['packages/jwt/src/a.ts']),
      file('packages/jwt/src/b.ts', ['packages/provider/src/a.ts']),
      file('packages/core/src/errors/a.ts', ['packages/core/src/policy/a.ts']),
      file('packages/oidc/src/a.ts', ['packages/other/src/a.ts']),
    ];
    const downward = [
      file('packages/oidc/src/b.ts', ['packages/jwks/src/a.ts', 'packages/oidc/src/a.ts']),
      file('packages/core/src/policy/a.ts', ['packages/core/src/errors/a.ts']),
      file('packages/core/src/index.ts', ['packages/core/src/grpc/a.ts']),
    ];
    expect(upwardArrows([...upward, ...downward])).toHaveLength(upward.length);
    expect(CORE_LAYERS).toContain('policy');
  });

  it('find eleven equal lines of code, and not ten, whatever is imported and commented', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, line) => `const a${line} = ${line};`).join('\n');
    const twice = (count: number): readonly string[] =>
      duplicatesIn([
        file('a.ts', [], `import { a } from './a.ts';\n${lines(count)}\n`),
        file('b.ts', [], `// Other.\n\n  ${lines(count)}\nother();\n`),
      ]);
    expect(twice(10)).toEqual([]);
    expect(twice(11)).toEqual(['b.ts:3 as in a.ts']);
    expect(twice(15)).toEqual(['b.ts:3 as in a.ts']);
  });
});
