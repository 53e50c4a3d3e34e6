import { isDeepStrictEqual } from 'node:util';
import type { CacheOptions } from '@grpc-authn/core/authenticator';
import type { BothOptions, Comparison, Strictness } from './strictness.ts';

type ListOrOne<V> = V | readonly V[];
type Default<V> = V | ((options: Readonly<Record<string, unknown>>) => V);

const REMOVED = 'it was removed; expected it as in the running config';
const CHANGED = 'it is not as in the running config, so it may accept more';
const CUT_OFF = 'it is the value of the running config with its end cut off';
/** Of cached() and of introspection. */
const DEFAULT_CACHE_SECONDS = 300;

/** Not a restriction: a secret that rotates, a time limit of requests. */
export const anyValue: Comparison<unknown> = () => undefined;

/** Any change counts as weaker. */
export function sameValue<V>(byDefault?: V): Comparison<V> {
  return (before = byDefault, after = byDefault) =>
    isDeepStrictEqual(before, after) ? undefined : CHANGED;
}

/** Accepted values: one that is added counts as weaker. */
export function subset<V>(byDefault: Default<readonly V[]>): Comparison<ListOrOne<V>> {
  return (before, after, options) => {
    const old = new Set(listOf(before ?? read(byDefault, options.before)));
    const added = listOf(after ?? read(byDefault, options.after)).filter((one) => !old.has(one));
    if (added.length === 0) return undefined;
    return `it accepts values that the running config rejects (${added.length})`;
  };
}

/** Values that are all required: one that is removed counts as weaker. */
export const superset: Comparison<ListOrOne<unknown>> = (before = [], after = []) => {
  const now = new Set(listOf(after));
  const lost = listOf(before).filter((one) => !now.has(one));
  return lost.length === 0
    ? undefined
    : `it lacks values that the running config requires (${lost.length})`;
};

/** A limit: a higher one counts as weaker. */
export function atMost(byDefault: number): Comparison<number> {
  return (before = byDefault, after = byDefault) => {
    if (after <= before) return undefined;
    const received = Number.isFinite(after) ? String(after) : 'none';
    return `expected at most ${before}, as in the running config, received ${received}`;
  };
}

/** May change, but not be removed. */
export const kept: Comparison<unknown> = (before, after) =>
  before !== undefined && after === undefined ? REMOVED : undefined;

/** A URL or a path: it may change, but not to the running one with its end cut off. */
export const notCutOff: Comparison<string> = (before, after) =>
  before !== undefined && after !== undefined && isCutOff(before, after) ? CUT_OFF : undefined;

/** A section: each member by its own comparison. An absent one has no members. */
export function members<T>(strictness: Strictness<T>): Comparison<T> {
  return (before, after, options) => {
    const [old, now] = [(before ?? {}) as Partial<T>, (after ?? {}) as Partial<T>];
    const names = Object.keys(strictness) as (keyof T & string)[];
    const weaker = names.flatMap((name) => {
      const compare = strictness[name] as Comparison<T[typeof name]>;
      const found = compare(old[name], now[name], options);
      return found === undefined ? [] : [`${name}: ${found}`];
    });
    return weaker.length === 0 ? undefined : weaker.join('; ');
  };
}

/** A principal that is cached longer stays valid longer after its token was revoked. */
export const cacheAge: Comparison<Pick<CacheOptions, 'maxAgeSeconds'> | false> = (
  before,
  after,
  options,
) => atMost(DEFAULT_CACHE_SECONDS)(secondsOf(before), secondsOf(after), options);

function secondsOf(cache: Pick<CacheOptions, 'maxAgeSeconds'> | false | undefined) {
  return cache === false ? 0 : cache?.maxAgeSeconds;
}

/**
 * For an option that its adapter does not list. A text may change, unless its end is cut off; a member may
 * be added to an object. Anything else may accept more, so it counts as weaker.
 */
export const undeclared: Comparison<unknown> = (before, after) => {
  if (before !== undefined && after === undefined) return REMOVED;
  const isAdded = before === undefined && (typeof after === 'string' || isRecord(after));
  return isAdded || isLike(before, after) ? undefined : CHANGED;
};

function isLike(before: unknown, after: unknown): boolean {
  if (typeof before === 'string' && typeof after === 'string') return !isCutOff(before, after);
  if (!isRecord(before) || !isRecord(after)) return isDeepStrictEqual(before, after);
  return Object.entries(before).every(
    ([name, value]) => Object.hasOwn(after, name) && isLike(value, after[name]),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A writer that was interrupted leaves the beginning of a value. */
export function isCutOff(before: string, after: string): boolean {
  return after.length < before.length && before.startsWith(after);
}

function listOf<V>(values: ListOrOne<V>): readonly V[] {
  return Array.isArray(values) ? (values as readonly V[]) : [values as V];
}

function read<V>(byDefault: Default<V>, options: BothOptions['before']): V {
  return typeof byDefault === 'function'
    ? (byDefault as (options: BothOptions['before']) => V)(options)
    : byDefault;
}
