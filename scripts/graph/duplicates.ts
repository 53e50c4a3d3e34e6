import type { SourceFile } from './source-files.ts';

/** Longest block that may occur twice. */
export const MAX_REPEATED_LINES = 10;

interface CodeLine {
  readonly text: string;
  readonly number: number;
}

/** Blocks of more than ten lines of code that occur in two places, by the first line of each. */
export function duplicatesIn(files: readonly SourceFile[]): readonly string[] {
  const size = MAX_REPEATED_LINES + 1;
  const places = new Map<string, { readonly path: string; readonly index: number }>();
  const found: string[] = [];
  for (const { path, text } of files) {
    const lines = codeLinesOf(text);
    let previous = '';
    for (let index = 0; index + size <= lines.length; index += 1) {
      const block = lines
        .slice(index, index + size)
        .map((line) => line.text)
        .join('\n');
      const first = places.get(block);
      const place = first === undefined ? '' : `${first.path}, ${first.index - index}`;
      if (first === undefined) places.set(block, { path, index });
      // The next line of the same pair of blocks is not another finding.
      else if (place !== previous)
        found.push(`${path}:${lines[index]?.number} as in ${first.path}`);
      previous = place;
    }
  }
  return found;
}

/** Without imports, comments, blank lines and indentation. */
function codeLinesOf(text: string): readonly CodeLine[] {
  const code = text
    .replaceAll(/^(?:import|export) (?:type )?(?:\{[^}]*\}|\*[^;]*?) from [^;]*;$/gm, blank)
    .replaceAll(/^import [^;]*;$/gm, blank)
    .replaceAll(/^\s*\/\*\*[\s\S]*?\*\/$/gm, blank);
  return code
    .split('\n')
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter((line) => line.text !== '' && !line.text.startsWith('//'));
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, '');
}
