/** Where in the document: names of members, and numbers in lists. */
export type Path = readonly (string | number)[];

/** 'authenticators.main.secrets[0].text'; a name with other signs stands in quotes. */
export function shownPath(path: Path): string {
  let shown = '';
  for (const part of path) {
    if (typeof part === 'number') shown += `[${part}]`;
    else if (/^[\w$-]+$/.test(part)) shown += shown === '' ? part : `.${part}`;
    else shown += `[${JSON.stringify(part)}]`;
  }
  return shown;
}

/** The same, from what a factory calls its options: 'secrets[0].text'. */
export function readPath(shown: string): Path {
  return [...shown.matchAll(/[^.[\]]+/g)].map(([part]) =>
    /^\d+$/.test(part) ? Number(part) : part,
  );
}

/** One string for one path. */
export function keyOf(path: Path): string {
  return JSON.stringify(path);
}
