/** The default of `cached()`: how long every cache trusts a verification; less if the token expires earlier. */
export const MAX_AGE_MS = 300_000;
