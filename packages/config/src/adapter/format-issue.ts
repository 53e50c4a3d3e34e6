import type { z } from './zod.ts';

type Issue = z.core.$ZodIssue;
type SizeIssue = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig;

/** A config may have thousands of unknown keys. */
const MAX_SHOWN_KEYS = 3;

/** Our sentence about a zod issue, made from its code and its data. It shows no value. */
export function formatIssue(raw: z.core.$ZodRawIssue): string {
  const issue = raw as Issue;
  if (issue.code === 'unrecognized_keys') return formatKeys(issue.keys);
  if (issue.code === 'invalid_key') return `invalid key: ${firstMessage(issue.issues)}`;
  if (issue.code === 'invalid_element') return `invalid element: ${firstMessage(issue.issues)}`;
  return `expected ${formatExpected(issue)}`;
}

function formatExpected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return formatOptions(issue.values);
    case 'too_small':
      return formatSize(issue, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return formatSize(issue, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `a string that matches ${issue.pattern}`
        : `a string in the format ${issue.format}`;
    case 'invalid_union':
      return formatUnion(issue);
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'unrecognized_keys':
      return 'a value that the schema accepts';
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  never: 'nothing',
};

function formatSize({ origin, exact }: SizeIssue, limit: number | bigint, than: string): string {
  const size = `${exact === true ? 'exactly' : than} ${limit}`;
  if (origin === 'string') {
    return size === 'at least 1' ? 'a non-empty string' : `a string of ${size} characters`;
  }
  if (origin === 'array') return `a list of ${size} ${Number(limit) === 1 ? 'item' : 'items'}`;
  return `a number of ${size}`;
}

/** What the alternatives expect of the value itself; what they expect inside it is their own. */
function formatUnion({ errors, options = [] }: z.core.$ZodIssueInvalidUnion & Options): string {
  if (options.length > 0) return formatOptions(options);
  const expected = errors.flatMap(([first]) =>
    first === undefined || first.path.length > 0 || first.code === 'custom'
      ? []
      : [formatExpected(first)],
  );
  return [...new Set(expected)].join(' or ') || 'a value that the schema accepts';
}

interface Options {
  readonly options?: readonly unknown[] | undefined;
}

function formatOptions(options: readonly unknown[]): string {
  return options.length === 1 ? String(options[0]) : `one of ${options.map(String).join(', ')}`;
}

/** Lists unknown keys without suggestions; the loader adds those. */
export function formatKeys(keys: readonly string[]): string {
  const shown = keys.slice(0, MAX_SHOWN_KEYS).map((key) => JSON.stringify(key));
  const more = keys.length - shown.length;
  return `unknown keys: ${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

function firstMessage([first]: readonly Issue[]): string {
  return first?.message ?? 'expected a value that the schema accepts';
}
