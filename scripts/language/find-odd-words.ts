import { proseOf } from './prose.ts';
import { ODD_WORDS } from './words.ts';

/** Each odd word of a file as a line for the reader: place, word, replacement. */
export function findOddWords(file: string, source: string): readonly string[] {
  const found = proseOf(file, source).flatMap(({ text, offset }) =>
    ODD_WORDS.flatMap(({ pattern, instead }) =>
      [...text.matchAll(pattern)].map(({ 0: word, index }) => ({
        at: offset + index,
        word,
        instead,
      })),
    ),
  );
  return found
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, word, instead }) => {
      const line = source.slice(0, at).split('\n').length;
      return `${file}:${line}: "${word}"; write: ${instead}`;
    });
}
