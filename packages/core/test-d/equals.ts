/**
 * True where two types are one and the same; a plain `extends` cannot tell `any` and `readonly`. The
 * two functions are written out, since an alias of them is compared by variance instead.
 */
export type Equals<A, B> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- T is what compares them
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles for `true` alone. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the check is the parameter
export function assertType<_Claim extends true>(): void {}

assertType<Equals<{ a: string }, { a: string }>>();
// @ts-expect-error -- unknown is not string
assertType<Equals<unknown, string>>();
// @ts-expect-error -- any equals only any
assertType<Equals<ReturnType<typeof JSON.parse>, string>>();
// @ts-expect-error -- readonly counts
assertType<Equals<{ a: string }, { readonly a: string }>>();
