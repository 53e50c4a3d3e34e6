/** All options of one authenticator: in the running config, and in the new one. */
export interface BothOptions {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/**
 * Compares the values of one option; undefined where it is absent. Returns what became weaker, without
 * values, which may be secrets; undefined where the new value accepts no token that the old one rejects.
 */
export type Comparison<V> = (
  before: V | undefined,
  after: V | undefined,
  options: BothOptions,
) => string | undefined;

/**
 * How a reload compares the options of T with those that are running: one that T gains does not compile
 * until it is listed.
 */
export type Strictness<T> = {
  readonly [K in keyof T]-?: Comparison<Exclude<T[K], undefined>>;
};
