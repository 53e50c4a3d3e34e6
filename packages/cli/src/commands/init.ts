import { writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Command, type Input, isSet, type Report, textOption } from '../command/command.ts';
import { Failure, UsageError } from '../command/failure.ts';
import { GOOD, type Line, styled } from '../output/line.ts';
import { DEFAULT_FILE } from '../project/load-config.ts';
import { fillIn, type Need, providers, readRecipe, type Recipe } from './init/recipe.ts';
import { askFor, askForProvider, givenValues, isInteractive } from './init/values.ts';

export const INIT: Command = {
  name: 'init',
  positionals: ['[PROVIDER]'],
  summary: 'Writes a config file for a provider, from the recipes in the documentation.',
  details:
    'Asks for what the recipe needs, where there is a terminal. Never overwrites a file. The rules in it are\n' +
    `examples: write your own.\n\nProviders: ${wrapped(providers())}`,
  example:
    'grpc-authn init auth0 --set AUTH0_DOMAIN=acme.eu.auth0.com --set AUTH0_AUDIENCE=https://orders.example.com',
  options: {
    file: { type: 'string', value: 'FILE', help: `the file to write, default ${DEFAULT_FILE}` },
    set: {
      type: 'string',
      multiple: true,
      value: 'NAME=value',
      help: 'a value that the recipe needs',
    },
    'from-env': {
      type: 'boolean',
      help: 'leave what is not set to environment variables, which the server reads',
    },
  },
  run: init,
};

async function init(input: Input): Promise<Report> {
  const { env } = input;
  const recipe = readRecipe(await providerOf(input));
  const values = givenValues(input, recipe);
  const missing = recipe.needs.filter(({ name }) => !values.has(name));
  const fromEnv = isSet(input, 'from-env');
  if (!fromEnv && missing.length > 0) {
    if (!isInteractive(env)) throw missingValues(recipe, missing);
    for (const [name, value] of await askFor(missing, env)) values.set(name, value);
  }
  const file = textOption(input, 'file') ?? DEFAULT_FILE;
  const text = fillIn(recipe, values);
  writeNew(file, text);
  return reportOf(file, recipe, { text, variables: fromEnv ? missing : [] });
}

/** @throws UsageError */
async function providerOf({ positionals, env }: Input): Promise<string> {
  const names = providers();
  const [given] = positionals;
  if (given === undefined && isInteractive(env)) return askForProvider(names, env);
  if (given !== undefined && names.includes(given)) return given;
  const what = given === undefined ? 'expected a provider' : 'unknown provider';
  throw new UsageError(`${what}; the providers are ${names.join(', ')}`);
}

function missingValues({ provider }: Recipe, missing: readonly Need[]): UsageError {
  const settings = missing.map(({ name }) => `--set ${name}=…`).join(' ');
  return new UsageError(
    `${provider} needs ${settings}, or --from-env to read them from the environment (there is no terminal to ask)`,
  );
}

/** @throws Failure where the file exists or cannot be written */
function writeNew(file: string, text: string): void {
  try {
    // Also fails for a link, which could lead to a file of another user.
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new Failure('the file exists, and is not overwritten; write another with --file FILE');
    }
    throw new Failure(`the file cannot be written (${code}); choose another with --file FILE`);
  }
}

function reportOf(
  file: string,
  { provider }: Recipe,
  { text, variables }: { readonly text: string; readonly variables: readonly Need[] },
): Report {
  const names = variables.map(({ name }) => name);
  const install = ['@grpc-authn/core', '@grpc-authn/config', ...adaptersIn(parse(text))];
  const check = file === DEFAULT_FILE ? 'grpc-authn check' : `grpc-authn check ${file}`;
  const steps: readonly Line[] = [
    [`npm install ${install.join(' ')}`],
    ...(names.length === 0 ? [] : [[`set the environment variables ${names.join(', ')}`]]),
    ['write your own methods and rules into the policy'],
    [check],
  ];
  return {
    status: 0,
    lines: [
      [GOOD, ' wrote ', styled('strong', file), `, for ${provider}`],
      [],
      ...steps.map((step, index): Line => [`${index + 1}. `, ...step]),
    ],
    data: { ok: true, file, provider, install, variables: names },
  };
}

/** The packages that the file's `use` names. */
function adaptersIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { use } = value as { readonly use?: unknown };
  const own = typeof use === 'string' ? [`@grpc-authn/${PACKAGES.get(use) ?? use}`] : [];
  return [...new Set([...own, ...Object.values(value).flatMap((child) => adaptersIn(child))])];
}

/** Where the package has another name than `use`. */
const PACKAGES: ReadonlyMap<string, string> = new Map([['byTrustedIssuer', 'jwt']]);

function wrapped(names: readonly string[]): string {
  const lines: string[] = [''];
  for (const name of names) {
    const line = `${lines.at(-1)}${name}, `;
    if (line.length > 90) lines.push(`${name}, `);
    else lines[lines.length - 1] = line;
  }
  return lines.join('\n').replace(/, $/, '').replaceAll(', \n', ',\n');
}
