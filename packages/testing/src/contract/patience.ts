// Not the global one, which a test may have replaced.
import { setTimeout } from 'node:timers';

/** Turns of 5 ms. A machine that stalls stalls them too, so a slow one is not taken for a broken one. */
const TURNS = 100;
const TURN_MS = 5;

/** Waits until it is so, for about half a second; false where it never came so. */
export async function comesSoon(isSo: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    if (isSo()) return true;
    await pause();
  }
  return isSo();
}

/** True where it settles, either way, within about half a second. */
export async function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  return comesSoon(() => settled);
}

/** A few turns of the event loop: for what must not happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, TURN_MS);
  });
}
