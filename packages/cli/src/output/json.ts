import type { Data } from '../command/command.ts';
import { UNPRINTABLE } from './line.ts';
import type { Redactor } from './redactor.ts';

/** Tokens are removed before anything is escaped, because JSON writes a token with a quote differently. */
export function toJson(data: Data, redactor: Redactor): string {
  const json = JSON.stringify(
    data,
    (_, value: unknown) => (typeof value === 'string' ? redactor.redact(value) : value),
    2,
  );
  // JSON escapes C0 only. The line feeds are those of the layout.
  return json.replaceAll(UNPRINTABLE, (character) =>
    character === '\n' ? character : escape(character),
  );
}

function escape(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
