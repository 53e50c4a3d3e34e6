import { checkClock, type Clock } from '../contract/clock.ts';
import { checkNumber, checkOneOf, checkOptionNames } from '../errors/option-checks.ts';

/** How verdicts are cached. */
export interface CacheOptions {
  /** 1 to 1,000,000; default 10,000. */
  readonly maxEntries?: number;
  /** Seconds since the verification, 1 to 86,400; default 300. Never past the token's expiry. */
  readonly maxAgeSeconds?: number;
  /** Default true: tokens are stored, which is faster. False stores SHA-256 digests instead. */
  readonly keepTokens?: boolean;
  /** Also caches refusals, separately; default off. `{}` means 1,000 entries for 10 s. */
  readonly negative?: { readonly maxEntries?: number; readonly maxAgeSeconds?: number };
  readonly clock?: Clock;
}

/** For verdicts and refusals; both ends are allowed. */
export const CACHE_RANGES: Readonly<
  Record<'maxEntries' | 'maxAgeSeconds', { readonly min: number; readonly max: number }>
> = {
  maxEntries: { min: 1, max: 1_000_000 },
  maxAgeSeconds: { min: 1, max: 86_400 },
};

export interface StoreLimits {
  readonly maxEntries: number;
  readonly maxAgeMs: number;
}

export interface CacheSettings extends StoreLimits {
  readonly keepTokens: boolean;
  readonly negative: StoreLimits | undefined;
  readonly clock: Clock;
}

export function readCacheOptions(options: CacheOptions): CacheSettings {
  checkOptionNames('cached', options, [
    'maxEntries',
    'maxAgeSeconds',
    'keepTokens',
    'negative',
    'clock',
  ]);
  const { negative, keepTokens = true } = options;
  checkOneOf('keepTokens', keepTokens, [true, false]);
  if (negative !== undefined)
    checkOptionNames('negative', negative, ['maxEntries', 'maxAgeSeconds']);
  return {
    ...readLimits('', options, { maxEntries: 10_000, maxAgeSeconds: 300 }),
    keepTokens,
    negative:
      negative && readLimits('negative.', negative, { maxEntries: 1000, maxAgeSeconds: 10 }),
    clock: checkClock(options.clock),
  };
}

function readLimits(
  where: string,
  limits: { readonly maxEntries?: number; readonly maxAgeSeconds?: number },
  defaults: { readonly maxEntries: number; readonly maxAgeSeconds: number },
): StoreLimits {
  const read = (name: 'maxEntries' | 'maxAgeSeconds'): number =>
    checkNumber(where + name, limits[name], { default: defaults[name], ...CACHE_RANGES[name] });
  return { maxEntries: read('maxEntries'), maxAgeMs: read('maxAgeSeconds') * 1000 };
}
