import type { Env } from '../env.ts';
import type { Line } from '../output/line.ts';
import type { Redactor } from '../output/redactor.ts';

/** A value that JSON.stringify writes; undefined members are left out. */
export type Data =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Data[]
  | { readonly [name: string]: Data };

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** The placeholder in the help, for a string. */
  readonly value?: string;
  readonly help: string;
}

/** What a command found, as text and as data. */
export interface Report {
  /** 0: all is well. 1: refused, or a problem was found. */
  readonly status: 0 | 1;
  readonly lines: readonly Line[];
  readonly data: { readonly [name: string]: Data };
}

/** A command line that was read. */
export interface Input {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly env: Env;
  /** Every token that is read is added, so that the output never has it. */
  readonly redactor: Redactor;
}

export interface Command {
  readonly name: string;
  /** The positional arguments, as the help shows them: `[FILE]` is optional. */
  readonly positionals: readonly string[];
  readonly summary: string;
  readonly details?: string;
  readonly example: string;
  readonly options: Readonly<Record<string, Option>>;
  run(input: Input): Promise<Report>;
}

export function textOption(input: Input, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function isSet(input: Input, name: string): boolean {
  return input.options[name] === true;
}
