const MAX_SHOWN = 256;

/** What a provider says, as a terminal shows it: without a query, and not long. */
export function shownText(text: string): string {
  const shown = text.replace(/\?.*$/s, '?…');
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
