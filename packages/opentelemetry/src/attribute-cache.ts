import type { Attributes } from '@opentelemetry/api';

type Value = string | undefined;
type Node = Map<Value, Node | Attributes>;

/** Attributes by up to five values: each combination is made once, and a look-up allocates nothing. */
export class AttributeCache {
  readonly #keys: readonly [string, string?, string?, string?, string?];
  readonly #root: Node = new Map();

  /** @param keys the names of the attributes, in the order of get()'s values. */
  constructor(...keys: readonly [string, string?, string?, string?, string?]) {
    this.#keys = keys;
  }

  /** A value that is undefined makes no attribute. */
  get(a: Value, b?: Value, c?: Value, d?: Value, e?: Value): Attributes {
    const node = nodeOf(nodeOf(nodeOf(nodeOf(this.#root, a), b), c), d);
    let attributes = node.get(e) as Attributes | undefined;
    if (attributes === undefined) node.set(e, (attributes = this.#make([a, b, c, d, e])));
    return attributes;
  }

  #make(values: readonly Value[]): Attributes {
    const attributes: Attributes = {};
    for (const [index, key] of this.#keys.entries()) {
      const value = values[index];
      if (key !== undefined && value !== undefined) attributes[key] = value;
    }
    return Object.freeze(attributes);
  }
}

function nodeOf(parent: Node, value: Value): Node {
  let node = parent.get(value) as Node | undefined;
  if (node === undefined) parent.set(value, (node = new Map()));
  return node;
}
