import { type Line, styled } from '../output/line.ts';
import { table } from '../output/table.ts';
import type { Command, Option } from './command.ts';
import { COMMON_OPTIONS } from './options.ts';

export function commandHelp(command: Command): readonly Line[] {
  const options = { ...command.options, ...COMMON_OPTIONS };
  return [
    [`Usage: grpc-authn ${[command.name, ...command.positionals, '[OPTIONS]'].join(' ')}`],
    [],
    [command.summary],
    ...(command.details ?? '').split('\n').map((line) => [line]),
    ...(command.details === undefined ? [] : [[]]),
    [styled('strong', 'Options')],
    ...table(
      Object.entries(options).map(([name, option]) => [shownOption(name, option), option.help]),
      2,
    ),
    [],
    [styled('strong', 'Example')],
    [`  ${command.example}`],
  ];
}

function shownOption(name: string, { value, multiple }: Option): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}${multiple === true ? ' …' : ''}`;
}

export function generalHelp(commands: readonly Command[]): readonly Line[] {
  return [
    ['Usage: grpc-authn COMMAND [OPTIONS]'],
    [],
    ['Explains why a gRPC server that uses grpc-authn refuses a token.'],
    [],
    [styled('strong', 'Commands')],
    ...table(
      commands.map(({ name, positionals, summary }) => [[name, ...positionals].join(' '), summary]),
      2,
    ),
    [],
    [styled('strong', 'Examples')],
    ...commands.map(({ example }): Line => [`  ${example}`]),
    [],
    [
      'FILE is grpc-authn.yaml by default. A token is read from standard input or --token-file, never',
    ],
    [
      'from an argument, and is never printed. Exit status: 0 well, 1 refused or a problem found, 2 wrong',
    ],
    ['usage. grpc-authn COMMAND --help shows the options of a command.'],
  ];
}
