import { styleText } from 'node:util';

export type Style = 'good' | 'bad' | 'warning' | 'strong' | 'faint';

/** A piece of a line: text without a style, or text with one. */
export type Part = string | { readonly text: string; readonly style: Style };
export type Line = readonly Part[];

const FORMATS = {
  good: 'green',
  bad: 'red',
  warning: 'yellow',
  strong: 'bold',
  faint: 'dim',
} as const;

/** Control characters, and those that change the direction of a text: a provider or a token chooses it. */
export const UNPRINTABLE: RegExp =
  /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

export function styled(style: Style, text: string): Part {
  return { text, style };
}

export function textOf(part: Part): string {
  return typeof part === 'string' ? part : part.text;
}

/** The text of a line for a terminal, in which only our own styles have control characters. */
export function renderLine(line: Line, colors: boolean): string {
  const rendered = line.map((part) => {
    const text = printable(textOf(part));
    if (!colors || typeof part === 'string' || text === '') return text;
    return styleText(FORMATS[part.style], text, { validateStream: false });
  });
  return rendered.join('').trimEnd();
}

export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '\ufffd');
}

export const GOOD: Part = { text: '✓', style: 'good' };
export const BAD: Part = { text: '✗', style: 'bad' };
export const WARNING: Part = { text: '!', style: 'warning' };
export const SKIPPED: Part = { text: '·', style: 'faint' };
