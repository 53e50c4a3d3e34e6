/** A place in the document: names of members, and indexes of lists. */
export type Path = readonly (string | number)[];

/** A longer name is cut off in errors. */
const MAX_SHOWN_CHARACTERS = 100;

/** 'authenticators.main.secrets[0].text'; a name with other characters is in quotes. */
export function shownPath(path: Path): string {
  let shown = '';
  for (const whole of path) {
    const part = typeof whole === 'number' ? whole : cutOff(whole);
    if (typeof part === 'number') shown += `[${part}]`;
    else if (/^[\w$-]+$/.test(part)) shown += shown === '' ? part : `.${part}`;
    else shown += `[${JSON.stringify(part)}]`;
  }
  return shown;
}

/** The path of an option as factories report it: 'secrets[0].text'. */
export function readPath(shown: string): Path {
  return [...shown.matchAll(/[^.[\]]+/g)].map(([part]) =>
    /^\d+$/.test(part) ? Number(part) : part,
  );
}

/** A unique string for each path. */
export function keyOf(path: Path): string {
  return JSON.stringify(path);
}

function cutOff(name: string): string {
  return name.length > MAX_SHOWN_CHARACTERS ? `${name.slice(0, MAX_SHOWN_CHARACTERS)}…` : name;
}
