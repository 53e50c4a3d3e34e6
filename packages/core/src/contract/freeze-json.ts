/**
 * Freezes an object and everything in it. Accepts what JSON can represent, and undefined, which a schema
 * may leave: a frozen Map, Set or Date can still be changed.
 *
 * @throws TypeError for anything else. It says what was found, and shows no value.
 */
export function freezeJson(root: object, where: string): void {
  const pending: object[] = [root];
  // Only an object that is frozen already can close a cycle; parsed tokens have none.
  let seenFrozen: Set<object> | undefined;
  for (let holder = pending.pop(); holder !== undefined; holder = pending.pop()) {
    checkPlain(holder, where);
    if (Object.isFrozen(holder)) {
      seenFrozen ??= new Set();
      if (seenFrozen.has(holder)) continue;
      seenFrozen.add(holder);
    } else {
      Object.freeze(holder);
    }
    for (const name of Reflect.ownKeys(holder)) {
      const property = Object.getOwnPropertyDescriptor(holder, name);
      const value: unknown = property?.value;
      if (property?.get !== undefined || typeof value === 'function' || typeof value === 'symbol') {
        throw new TypeError(
          `${where} holds a ${property?.get ? 'getter' : typeof value}; ${EXPECTED}`,
        );
      }
      if (typeof value === 'object' && value !== null) pending.push(value);
    }
  }
}

/** Like freezeJson, for the output of JSON.parse: it has nothing to refuse, and no cycle. */
export function freezeParsedJson(root: object): void {
  const pending: object[] = [root];
  for (let holder = pending.pop(); holder !== undefined; holder = pending.pop()) {
    if (Array.isArray(holder)) {
      for (const value of holder as readonly unknown[]) {
        if (typeof value === 'object' && value !== null) pending.push(value);
      }
    } else {
      // Half the cost of Object.values, for each accepted token.
      for (const name in holder) {
        const value: unknown = (holder as { readonly [name: string]: unknown })[name];
        const holds = typeof value === 'object' && value !== null && Object.hasOwn(holder, name);
        if (holds) pending.push(value);
      }
    }
    Object.freeze(holder);
  }
}

const EXPECTED = 'give plain objects, lists, text and numbers';

function checkPlain(value: object, where: string): void {
  const prototype: object | null = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || isRootPrototype(prototype)) return;
  // Accepts arrays of any realm: only the original Array.prototype is itself an array.
  if (Array.isArray(value) && Array.isArray(prototype)) return;
  throw new TypeError(`${where} holds a ${prototype.constructor?.name}; ${EXPECTED}`);
}

/** Object.prototype of any realm: Jest, for example, has one for each test file. */
function isRootPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, '__lookupGetter__');
}
