/** Groups of nodes that reach each other (Tarjan): each is at least one cycle. */
export function cyclesIn(
  graph: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  const indexes = new Map<string, number>();
  const stack: string[] = [];
  const found: (readonly string[])[] = [];

  const visit = (node: string): number => {
    const index = indexes.size;
    let low = index;
    indexes.set(node, index);
    stack.push(node);
    const targets = graph.get(node) ?? [];
    for (const target of targets) {
      if (!indexes.has(target)) low = Math.min(low, visit(target));
      else if (stack.includes(target)) low = Math.min(low, indexes.get(target) ?? low);
    }
    if (low !== index) return low;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1 || targets.includes(node)) found.push(group.toSorted());
    return low;
  };

  for (const node of graph.keys()) if (!indexes.has(node)) visit(node);
  return found;
}
