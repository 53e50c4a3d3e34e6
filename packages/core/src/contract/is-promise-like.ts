/** True for a promise of any realm or library: `instanceof Promise` recognizes only its own realm's. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
