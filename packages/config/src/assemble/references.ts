/** Which named authenticator is made of which: two that wait for each other would never be built. */
export class References {
  readonly #children = new Map<string, Set<string>>();

  /** The circle that this reference would close, such as ['a', 'b', 'a']; else notes it. */
  add(parent: string, child: string): readonly string[] | undefined {
    const way = this.#way(child, parent);
    if (way !== undefined) return [...way, child];
    const children = this.#children.get(parent) ?? new Set();
    this.#children.set(parent, children.add(child));
    return undefined;
  }

  #way(from: string, to: string): readonly string[] | undefined {
    const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
    for (const name of cameFrom.keys()) {
      if (name === to) return wayBack(cameFrom, to);
      for (const child of this.#children.get(name) ?? []) {
        if (!cameFrom.has(child)) cameFrom.set(child, name);
      }
    }
    return undefined;
  }
}

function wayBack(cameFrom: ReadonlyMap<string, string | undefined>, to: string): string[] {
  const way: string[] = [];
  for (let at: string | undefined = to; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}
