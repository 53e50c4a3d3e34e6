import { parseArgs } from 'node:util';
import { BEFORE, EXPERIMENTS } from '../experiments/all.ts';
import { NODES } from './nodes.ts';

export interface Options {
  readonly help: boolean;
  readonly quick: boolean;
  readonly nodes: readonly string[];
  readonly experiments: readonly string[];
  /** Undefined for all, like the next two. */
  readonly scenarios: readonly string[] | undefined;
  readonly subjects: readonly string[] | undefined;
  readonly rounds: number | undefined;
  /** A commit to compare with. */
  readonly before: string | undefined;
  /** The folder that the report is written into. */
  readonly out: string | undefined;
}

export const USAGE = `pnpm bench [--quick] [--node 20,24] [--only verification,bursts] [--out folder]
pnpm bench --node 24 --only "cold calls" --scenario "cold, RS256" --subjects grpc-authn,fast-jwt

  --quick     tiny counts: checks that everything runs; the times mean nothing
  --node      of ${Object.keys(NODES).join(', ')}; default: all
  --only      of ${EXPERIMENTS.map(({ name }) => name).join(', ')}; default: all
  --scenario  a scenario by its name in the report; may be repeated; default: all
  --subjects  contenders by their names in the report, separated by commas without a space; default: all
  --rounds    another number of rounds
  --before    a commit that our packages are compared with, in the experiment of this name
  --out       where the report is written; default: docs/generated/bench, for a complete run only`;

/** @throws TypeError that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      node: { type: 'string' },
      only: { type: 'string' },
      scenario: { type: 'string', multiple: true },
      subjects: { type: 'string' },
      rounds: { type: 'string' },
      before: { type: 'string' },
      out: { type: 'string' },
    },
  });
  if (values.before === undefined && values.only?.split(',').includes(BEFORE)) {
    throw new TypeError(`--only: "${BEFORE}" needs --before with a commit`);
  }
  return {
    help: values.help,
    quick: values.quick,
    nodes: listOf('node', values.node, Object.keys(NODES)),
    experiments: listOf(
      'only',
      values.only,
      EXPERIMENTS.map(({ name }) => name),
    ),
    scenarios: values.scenario,
    // Some names have a comma and a space.
    subjects: values.subjects?.split(/,(?! )/),
    rounds: roundsOf(values.rounds),
    before: values.before,
    out: values.out,
  };
}

/** Whole experiments with the usual number of rounds. */
export function isUsual({ quick, scenarios, subjects, rounds }: Options): boolean {
  return !quick && [scenarios, subjects, rounds].every((option) => option === undefined);
}

/** Every experiment. */
export function isComplete(options: Options): boolean {
  const { nodes, experiments } = options;
  return (
    isUsual(options) &&
    nodes.length === Object.keys(NODES).length &&
    experiments.length === EXPERIMENTS.length
  );
}

/** The command as it was given, without the output folder. */
export function commandOf(args: readonly string[]): string {
  const out = args.indexOf('--out');
  const given = (out < 0 ? args : args.toSpliced(out, 2)).filter(
    (arg) => !arg.startsWith('--out='),
  );
  return ['pnpm bench', ...given.map((arg) => (/[ ,]/.test(arg) ? `"${arg}"` : arg))].join(' ');
}

function listOf(option: string, text: string | undefined, known: readonly string[]) {
  if (text === undefined) return known;
  const list = text.split(',').map((item) => item.trim());
  const wrong = list.find((item) => !known.includes(item));
  if (wrong === undefined) return list;
  throw new TypeError(`--${option}: expected one of ${known.join(', ')}, received "${wrong}"`);
}

function roundsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds > 0 && rounds <= 1000) return rounds;
  throw new TypeError(`--rounds: expected a number from 1 to 1000, received "${text}"`);
}
