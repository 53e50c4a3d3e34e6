import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Data, Report } from './command/command.ts';
import { Failure, UsageError } from './command/failure.ts';
import { commandHelp, generalHelp } from './command/help.ts';
import { parseCommandLine, refuseTokens } from './command/parse-command-line.ts';
import { CALL } from './commands/call.ts';
import { CAN_I } from './commands/can-i.ts';
import { CHECK } from './commands/check.ts';
import { EXPLAIN } from './commands/explain.ts';
import { INIT } from './commands/init.ts';
import type { Env } from './env.ts';
import { PACKAGE_FOLDER } from './package-folder.ts';
import { BAD, type Line, renderLine } from './output/line.ts';
import { toJson } from './output/json.ts';
import { Redactor } from './output/redactor.ts';
import { write, WriteFailure } from './output/write.ts';

const COMMANDS: readonly Command[] = [INIT, CHECK, EXPLAIN, CAN_I, CALL];

/**
 * Runs one command. `args` are the arguments after the program's name. Writes the result to `env.stdout` and errors
 * to `env.stderr`; with `--json`, both as one JSON document to `env.stdout`. Never throws for a wrong argument,
 * config, token or server.
 *
 * @returns the exit status: 0 if all is well, 1 if something was refused or a problem was found, 2 for wrong usage.
 * @example process.exitCode = await run(['check', 'grpc-authn.yaml'], { ...process, variables: process.env });
 */
export async function run(args: readonly string[], env: Env): Promise<number> {
  const redactor = new Redactor();
  const json = args.includes('--json');
  const print = (stream: 'stdout' | 'stderr', lines: readonly Line[]): Promise<void> => {
    const colors = hasColors(env, stream);
    const text = lines.map((line) => `${redactor.redact(renderLine(line, colors))}\n`).join('');
    return write(env[stream], text);
  };
  const printData = (data: Data): Promise<void> => write(env.stdout, `${toJson(data, redactor)}\n`);
  try {
    refuseTokens(args);
    const report = await runCommand(args, env, redactor);
    if (json && report.data !== undefined) await printData(report.data);
    else await print('stdout', report.lines);
    return report.status;
  } catch (error) {
    const shown = shownErrorOf(error);
    try {
      if (json && !(error instanceof WriteFailure)) {
        await printData({ ok: false, error: shown.data });
      } else await print('stderr', shown.lines);
    } catch {
      // Nothing can be written, so only the status reports the failure.
    }
    return shown.status;
  }
}

type Result = Omit<Report, 'data'> & { readonly data?: Report['data'] };

async function runCommand(args: readonly string[], env: Env, redactor: Redactor): Promise<Result> {
  const [first, ...rest] = args[0] === '--json' ? [...args.slice(1), '--json'] : args;
  const isHelp = first === 'help' || first === '--help' || first === '-h';
  const [name, others] = isHelp ? [rest[0], ['--help']] : [first, rest];
  if (first === '--version') return { status: 0, lines: [[versionOf()]] };
  if (isHelp && name === undefined) return { status: 0, lines: generalHelp(COMMANDS) };
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const names = COMMANDS.map((each) => each.name).join(', ');
    const what = name === undefined || name === '--json' ? 'expected a command' : 'unknown command';
    throw new UsageError(`${what}: ${names}; try grpc-authn --help`);
  }
  try {
    const input = parseCommandLine(command, others);
    if (input.options['help'] === true) return { status: 0, lines: commandHelp(command) };
    return await command.run({ ...input, env, redactor });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(
      `${command.name}: ${error.message}; try grpc-authn ${command.name} --help`,
    );
  }
}

interface ShownError {
  readonly status: 1 | 2;
  readonly lines: readonly Line[];
  readonly data: Data;
}

/** A bug has its stack in a report, but a stack may show a token: only its name and place are shown. */
function shownErrorOf(error: unknown): ShownError {
  if (error instanceof UsageError) {
    return { status: 2, lines: [[BAD, ' ', error.message]], data: { message: error.message } };
  }
  if (error instanceof Failure) {
    const { message, problems } = error;
    const lines = problems.map(({ line, path, message: text }): Line => [
      '  ',
      ...(line === undefined ? [] : [`line ${line}: `]),
      path === '' ? text : `${path}: ${text}`,
    ]);
    return {
      status: 1,
      lines: [[BAD, ' ', message], ...lines],
      data: { message, problems: problems.map((problem) => ({ ...problem })) },
    };
  }
  const { name = 'Error', code } = (error ?? {}) as { readonly name?: string; code?: string };
  const message = `this is a bug in grpc-authn (${[name, code].filter(Boolean).join(' ')}); please report it`;
  return { status: 1, lines: [[BAD, ' ', message]], data: { message } };
}

function hasColors({ variables, ...streams }: Env, stream: 'stdout' | 'stderr'): boolean {
  return (
    streams[stream].isTTY === true &&
    (variables['NO_COLOR'] ?? '') === '' &&
    variables['TERM'] !== 'dumb'
  );
}

function versionOf(): string {
  const file = join(PACKAGE_FOLDER, 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
  return version;
}
