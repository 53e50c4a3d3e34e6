import type { Input, Option } from './command.ts';
import { textOption } from './command.ts';
import { UsageError } from './failure.ts';

/** Options of every command. */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', help: 'print one JSON document' },
  help: { type: 'boolean', help: 'show this help' },
};

export const TOKEN_FILE: Option = {
  type: 'string',
  value: 'FILE',
  help: 'read the token from a file instead of standard input',
};

export const PROTOS: Option = {
  type: 'string',
  value: 'DIR',
  help: 'the folder of the .proto files: every method by its name',
};

export const TIMEOUT: Option = {
  type: 'string',
  value: 'SECONDS',
  help: 'how long to wait for the network, default 10',
};

const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 600;

/** @throws UsageError */
export function timeoutMsOf(input: Input): number {
  return givenTimeoutMs(input) ?? DEFAULT_SECONDS * 1000;
}

/** Undefined without --timeout. @throws UsageError */
export function givenTimeoutMs(input: Input): number | undefined {
  const text = textOption(input, 'timeout');
  if (text === undefined) return undefined;
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= MAX_SECONDS) return Math.ceil(seconds * 1000);
  throw new UsageError(`--timeout: expected seconds, more than 0 and at most ${MAX_SECONDS}`);
}

const METHOD = /^\/?([\w.]+)\/(\w+)$/;

/**
 * '/pkg.Service/Method', with or without the first slash.
 *
 * @throws UsageError
 */
export function readMethod(text: string, what: string): string {
  const [, service, method] = METHOD.exec(text) ?? [];
  if (service !== undefined && method !== undefined) return `/${service}/${method}`;
  throw new UsageError(`${what}: expected a method such as /orders.v1.Orders/Get`);
}
