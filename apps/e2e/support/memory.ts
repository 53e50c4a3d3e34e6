import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in use, of objects and of buffers, after a garbage collection. */
export function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** How many of these objects nothing refers to any more. */
export async function collected(objects: readonly WeakRef<object>[]): Promise<number> {
  // A WeakRef keeps its object until the end of the turn in which it was created or read.
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  return objects.filter((object) => object.deref() === undefined).length;
}
