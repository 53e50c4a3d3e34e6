/** The default of `cached()`: how long every cache trusts a verification, unless the token expires before. */
export const MAX_AGE_MS = 300_000;
