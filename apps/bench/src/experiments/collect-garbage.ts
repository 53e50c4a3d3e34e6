/** Needs --expose-gc. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('this experiment needs --expose-gc');
  gc();
}
