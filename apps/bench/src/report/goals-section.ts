import type { Measurement } from '../statistics/measurement.ts';
import { type Goal, GOALS } from './goals.ts';
import { judge, type Judged, type Result } from './judge.ts';
import { withSpread, withUnit } from './numbers.ts';
import type { Run } from './run.ts';
import { table } from './table.ts';

/** Each goal on each Node.js; nothing where none was measured. */
export function goalsSection({ runs, quick }: Run): readonly string[] {
  const rows = GOALS.map((goal) => ({
    goal,
    cells: runs.map(({ node, measurements }) => judge(goal, measurements, { node, quick })),
  })).filter(({ cells }) => cells.some(({ ours }) => ours !== undefined));
  if (rows.length === 0) return [];
  const heads = ['', 'goal', ...runs.map(({ node }) => `Node.js ${node}`)];
  const lines = rows.map(({ goal, cells }) => [
    goal.title,
    limitOf(goal, cells),
    ...cells.map(cellOf),
  ]);
  const about = quick ? [] : [summaryOf(rows.flatMap(({ cells }) => cells))];
  return ['## Goals', ...about, table(heads, lines)];
}

function summaryOf(cells: readonly Judged[]): string {
  const count = (wanted: Result): string =>
    `${cells.filter(({ result }) => result === wanted).length} ${wanted}`;
  return (
    `${count('pass')}, ${count('tie')}, ${count('miss')}. Medians are compared with the limit and with the ` +
    'cheapest peer that does the same checks. A tie is above the limit, with quartiles that overlap.'
  );
}

function limitOf({ limit, timesPeer }: Goal, cells: readonly Judged[]): string {
  const parts = [];
  const measured = cells.find(({ ours }) => ours !== undefined)?.ours;
  if (limit !== undefined) parts.push(`≤ ${limit}${measured ? unitOf(measured) : ''}`);
  if (timesPeer === 1) parts.push('≤ the cheapest peer');
  else if (timesPeer !== undefined) parts.push(`≤ ${timesPeer} × the cheapest peer`);
  return parts.join(' and ');
}

function cellOf({ goal, ours, cheapest, result }: Judged): string {
  if (ours === undefined) return '–';
  // Shows the quartiles, because a tie depends on them.
  const show = (one: Measurement): string =>
    goal.timesPeer === undefined || one.samples < 3
      ? withUnit(one)
      : `${withSpread(one)}${unitOf(one)}`;
  const peer = cheapest === undefined ? '' : `; ${cheapest.subject} ${show(cheapest)}`;
  return `${result === undefined ? '' : `${result}: `}${show(ours)}${peer}`;
}

function unitOf({ unit }: Measurement): string {
  return unit === '×' ? '' : ` ${unit}`;
}
