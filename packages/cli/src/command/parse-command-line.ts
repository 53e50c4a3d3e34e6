import { parseArgs } from 'node:util';
import type { Command, Input } from './command.ts';
import { UsageError } from './failure.ts';
import { looksLikeToken } from './looks-like-token.ts';
import { COMMON_OPTIONS } from './options.ts';

/** @throws UsageError */
export function refuseTokens(args: readonly string[]): void {
  if (!args.some(looksLikeToken)) return;
  throw new UsageError(
    'an argument looks like a token, and other users of this machine can see arguments: ' +
      'pass the token on standard input, or use --token-file FILE',
  );
}

/**
 * The arguments after the command's name. Messages do not repeat what was received, because it may be a secret.
 *
 * @throws UsageError
 */
export function parseCommandLine(
  command: Command,
  args: readonly string[],
): Pick<Input, 'options' | 'positionals'> {
  const known = { ...command.options, ...COMMON_OPTIONS };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { type, multiple }]) => [
      name,
      { type, multiple: multiple === true },
    ]),
  );
  const { values, positionals, tokens } = read(args, options, Object.keys(known));
  const max = command.positionals.length;
  if (positionals.length > max) {
    throw new UsageError(`expected at most ${max} arguments, received ${positionals.length}`);
  }
  const min = command.positionals.filter((name) => !name.startsWith('[')).length;
  if (values['help'] !== true && positionals.length < min) {
    throw new UsageError(`expected ${command.positionals.slice(0, min).join(' and ')}`);
  }
  const seen = new Set<string>();
  for (const { name } of tokens) {
    if (seen.has(name) && known[name]?.multiple !== true) {
      throw new UsageError(`--${name}: expected once, received several times`);
    }
    seen.add(name);
  }
  return { options: values as Input['options'], positionals };
}

function read(
  args: readonly string[],
  options: Readonly<Record<string, { readonly type: 'string' | 'boolean'; multiple: boolean }>>,
  names: readonly string[],
): {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
  readonly tokens: readonly { readonly name: string }[];
} {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      tokens: true,
    });
    return { values, positionals, tokens: tokens.filter(({ kind }) => kind === 'option') as never };
  } catch (error) {
    throw usageErrorOf(error, names);
  }
}

/** The messages of parseArgs repeat what they received. */
function usageErrorOf(error: unknown, names: readonly string[]): unknown {
  const list = names.map((name) => `--${name}`).join(', ');
  switch (String((error as NodeJS.ErrnoException).code)) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return new UsageError(`unknown option; the options are ${list}`);
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      return new UsageError(
        `an option has no value, or a value that it does not take; the options are ${list}`,
      );
    default:
      return error;
  }
}
