/**
 * Freezes an object through and through. Only what JSON can hold is let in (and undefined, which a
 * schema may leave): a frozen Map, Set or Date still changes, so it would be a hole in the promise.
 *
 * @throws TypeError for anything else. It says what was found, and shows no value.
 */
export function freezeJson(root: object, where: string): void {
  const pending: object[] = [root];
  // Only an object that came frozen can close a circle unseen, and tokens bring none.
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
          `${where} holds a ${property?.get ? 'getter' : typeof value}; ${WANTED}`,
        );
      }
      if (typeof value === 'object' && value !== null) pending.push(value);
    }
  }
}

/** As freezeJson, for what JSON.parse made: there is nothing in it to be refused, and no circle. */
export function freezeParsedJson(root: object): void {
  const pending: object[] = [root];
  for (let holder = pending.pop(); holder !== undefined; holder = pending.pop()) {
    if (Array.isArray(holder)) {
      for (const value of holder as readonly unknown[]) {
        if (typeof value === 'object' && value !== null) pending.push(value);
      }
    } else {
      // Half as dear as Object.values, for a walk that each accepted token pays for.
      for (const name in holder) {
        const value: unknown = (holder as { readonly [name: string]: unknown })[name];
        const holds = typeof value === 'object' && value !== null && Object.hasOwn(holder, name);
        if (holds) pending.push(value);
      }
    }
    Object.freeze(holder);
  }
}

const WANTED = 'give plain objects, lists, text and numbers';

function checkPlain(value: object, where: string): void {
  const prototype: object | null = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || isRootPrototype(prototype)) return;
  // Array.prototype is an array itself, in every realm; a subclass's is not.
  if (Array.isArray(value) && Array.isArray(prototype)) return;
  throw new TypeError(`${where} holds a ${prototype.constructor?.name}; ${WANTED}`);
}

/** Object.prototype of any realm: Jest, for one, gives each test file its own. */
function isRootPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, '__lookupGetter__');
}
