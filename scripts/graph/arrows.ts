import { CORE_LAYERS, floorOf } from './floors.ts';
import type { SourceFile } from './source-files.ts';

/** Each package with the packages that it imports. */
export function packageArrows(
  files: readonly SourceFile[],
): ReadonlyMap<string, readonly string[]> {
  const arrows = new Map<string, Set<string>>();
  for (const file of files) {
    const targets = arrows.get(file.package) ?? new Set();
    arrows.set(file.package, targets);
    for (const path of file.imports) {
      const target = path.split('/')[1] ?? '';
      if (target !== file.package) targets.add(target);
    }
  }
  return new Map([...arrows].map(([name, targets]) => [name, [...targets].toSorted()]));
}

/** Imports of a package from its own floor or a higher one, and those of core's folders. */
export function upwardArrows(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((path) => isUpward(file.path, path))
      .map((path) => `${file.path} imports ${path}`),
  );
}

function isUpward(from: string, to: string): boolean {
  const [, source = '', , layer = ''] = from.split('/');
  const [, target = '', , targetLayer = ''] = to.split('/');
  if (source !== target) return !(rank(floorOf(source)) > rank(floorOf(target)));
  const [own, other] = [layer, targetLayer].map((name) => CORE_LAYERS.indexOf(name));
  return source === 'core' && own !== undefined && own >= 0 && (other ?? -1) > own;
}

/** A package without a floor may import nothing, and nothing may import it. */
function rank(floor: number | undefined): number {
  return floor ?? Number.NaN;
}
