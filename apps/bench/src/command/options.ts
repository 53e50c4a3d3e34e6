import { parseArgs } from 'node:util';
import { EXPERIMENTS } from '../experiments/all.ts';
import { NODES } from './nodes.ts';

export interface Options {
  readonly quick: boolean;
  readonly nodes: readonly string[];
  readonly experiments: readonly string[];
  /** The folder that the report is written into. */
  readonly out: string | undefined;
}

export const USAGE = `pnpm bench [--quick] [--node 20,24] [--only verification,bursts] [--out folder]

  --quick  tiny counts: checks that everything runs; the times mean nothing
  --node   of ${Object.keys(NODES).join(', ')}; default: all
  --only   of ${EXPERIMENTS.map(({ name }) => name).join(', ')}; default: all
  --out    where the report is written; default: docs/generated/bench, for a complete run only`;

/** @throws TypeError that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      node: { type: 'string' },
      only: { type: 'string' },
      out: { type: 'string' },
    },
  });
  return {
    quick: values.quick,
    nodes: listOf('node', values.node, Object.keys(NODES)),
    experiments: listOf(
      'only',
      values.only,
      EXPERIMENTS.map(({ name }) => name),
    ),
    out: values.out,
  };
}

function listOf(option: string, text: string | undefined, known: readonly string[]) {
  if (text === undefined) return known;
  const list = text.split(',').map((item) => item.trim());
  const wrong = list.find((item) => !known.includes(item));
  if (wrong === undefined) return list;
  throw new TypeError(`--${option}: expected one of ${known.join(', ')}, received "${wrong}"`);
}
