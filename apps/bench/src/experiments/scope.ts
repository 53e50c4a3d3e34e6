/** Which part of an experiment is measured. It is sent to another process. */
export interface Scope {
  /** Names of scenarios; default: all. */
  readonly scenarios?: readonly string[] | undefined;
  /** Names of contenders; default: all. What they are compared with is measured in any case. */
  readonly subjects?: readonly string[] | undefined;
  /** The module with our packages as they were at another commit. */
  readonly before?: string | undefined;
  /** Also what no goal needs, which is measured on one Node.js only. */
  readonly extras: boolean;
}

/** Both lists have the default. */
export function isPartial({ scenarios, subjects }: Scope): boolean {
  return scenarios !== undefined || subjects !== undefined;
}

/** @throws RangeError that lists the names, if none of them was chosen. */
export function scenariosIn<T extends { readonly name: string }>(
  all: readonly T[],
  { scenarios }: Scope,
): readonly T[] {
  return chosen(all, scenarios, 'scenario');
}

/** @throws RangeError that lists the names, if none of them was chosen. */
export function subjectsIn<T extends { readonly name: string }>(
  all: readonly T[],
  { subjects }: Scope,
): readonly T[] {
  return chosen(all, subjects, 'subject');
}

/** The names of the chosen subjects. */
export function named(all: readonly { readonly name: string }[], scope: Scope): readonly string[] {
  return subjectsIn(all, scope).map(({ name }) => name);
}

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] | undefined,
  kind: string,
): readonly T[] {
  if (names === undefined) return all;
  const found = all.filter(({ name }) => names.includes(name));
  if (found.length > 0) return found;
  const known = all.map(({ name }) => `"${name}"`).join(', ');
  throw new RangeError(`${kind}: expected one of ${known}, received "${names.join('", "')}"`);
}
