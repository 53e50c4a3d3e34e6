const MAX_SHOWN = 256;

/** A text of a provider for the output: without a query, at most 256 characters. */
export function shownText(text: string): string {
  const shown = text.replace(/\?.*$/s, '?…');
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
