// Imported, because a test may have replaced the global one.
import { setTimeout } from 'node:timers';

/** Counts turns, not time: if the machine stalls, the turns stall too, so slow is not taken for broken. */
const TURNS = 100;
const TURN_MS = 5;
/** About three seconds. Shorter than the time limit of a test in vitest and jest. */
export const PROVIDER_TURNS = 600;

/** Waits for the condition, for about half a second. False if it is still not met. */
export async function eventually(
  condition: () => boolean,
  turns: number = TURNS,
): Promise<boolean> {
  for (let turn = 0; turn < turns; turn += 1) {
    if (condition()) return true;
    await pause();
  }
  return condition();
}

/** True if the promise settles, either way, within about half a second. */
export async function settlesEventually(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  return eventually(() => settled);
}

/** Waits a few turns of the event loop: for what must not happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, TURN_MS);
  });
}
