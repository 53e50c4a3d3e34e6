import leven from 'leven';
import { ConfigError } from './config-error.ts';

const SHOWN_CHARACTERS = 80;

/** Describes a received value in a few words. Text is shown without a URL's userinfo, query and fragment. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') {
    // Up to the last '@', since a password may hold any character of a URL.
    const shown = value.replace(/^.*@/s, '…@').replace(/[?#].*$/s, '?…');
    return value === '' ? 'an empty string' : JSON.stringify(shown.slice(0, SHOWN_CHARACTERS));
  }
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  return 'an object';
}

/** Describes a received value that may be secret: its type and length, nothing of its text. */
export function describeSecret(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  // An unquoted secret of digits comes as a number.
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  return describeValue(value);
}

/** One wrong option. `received` and `expected` are a few words: 'a list of 0', 'a non-empty string'. */
export function wrongOption(option: string, received: string, expected: string): ConfigError {
  return new ConfigError([{ path: option, message: `expected ${expected}, received ${received}` }]);
}

/** The most similar known name, if `name` looks like a typo of it or is its beginning. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  // Half a name: 'maxAge' for 'maxAgeSeconds'.
  return best ?? [...known].find((candidate) => name.length > 2 && candidate.startsWith(name));
}

/** Rejects unknown options: a misspelt `audience` would silently disable a check. */
export function checkOptionNames(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    // The value may be a secret that belongs in one of the options.
    throw wrongOption(what, describeSecret(options), 'an object of options');
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new ConfigError([{ path: what, message: noSuchOption(name, known) }]);
  }
}

/** The message about an unknown option, with the most similar known name. */
export function noSuchOption(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return (
    `there is no option "${name}"` +
    (near === undefined ? `; there are ${known.join(', ')}` : `; did you mean "${near}"?`)
  );
}

export function checkFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw wrongOption(option, describeValue(value), 'a function');
  }
}

export function checkOneOf(option: string, value: unknown, allowed: readonly unknown[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw wrongOption(option, describeValue(value), `one of ${allowed.map(String).join(', ')}`);
  }
}

/** Returns the number, or the default for undefined. Both ends of the range are allowed. */
export function checkNumber(
  option: string,
  value: unknown,
  range: { readonly default: number; readonly min: number; readonly max: number },
): number {
  if (value === undefined) return range.default;
  if (typeof value === 'number' && value >= range.min && value <= range.max) return value;
  throw wrongOption(
    option,
    describeValue(value),
    `a number from ${range.min} to ${range.max} (default ${range.default})`,
  );
}

export function checkText(option: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw wrongOption(option, describeValue(value), 'a non-empty string');
}

/** A non-empty list of non-empty strings; one string counts as a list of one. The copy is frozen. */
export function checkTexts(option: string, value: unknown): readonly [string, ...string[]] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw wrongOption(option, 'an empty list', 'at least one string');
  const texts = list.map((item) => checkText(option, item));
  return Object.freeze(texts) as unknown as readonly [string, ...string[]];
}
