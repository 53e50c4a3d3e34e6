import type { Measurement } from '../statistics/measurement.ts';
import { type Judged, judgeGoals } from './goals.ts';
import { withSpread, withUnit } from './numbers.ts';
import { type NodeRun, type Run, wasBusy } from './run.ts';

/** The title of each experiment's section, in the order of the report. */
const TITLES: Readonly<Record<string, string>> = {
  imports: 'Imports',
  'whole call': 'The whole call',
  bindings: 'Each binding over its bare framework',
  'in process': 'The interceptor in process, warm',
  allocation: 'What a warm call allocates',
  verification: 'One verification',
  refusals: 'One refusal',
  jwks: 'Keys by URL, warm',
  introspection: 'Introspection',
  bursts: 'Bursts',
  growth: 'Growth',
  memory: 'A full cache',
};

/** The report for readers. */
export function toMarkdown(run: Run): string {
  const parts = [
    '# What authentication costs',
    aboutOf(run),
    ...goalsOf(run),
    ...Object.entries(TITLES).flatMap(([experiment, title]) => sectionOf(run, experiment, title)),
    '## Versions',
    table(['package', 'version'], Object.entries(run.versions)),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function aboutOf({ machine, commit, date, command, seconds, quick, failures }: Run): string {
  const { cpu, cores, memoryGiB, platform, loadAtStart, loadAtEnd } = machine;
  const lines = [
    `Written by \`${command}\` in ${seconds} s on ${date}, of commit ${commit}. ${cores} cores of ${cpu}, ` +
      `${memoryGiB} GiB, ${platform}; load average ${loadAtStart} at the start, ${loadAtEnd} at the end.`,
    'A cell is the median of the rounds, with the quartiles in brackets. Subjects take turns in an order ' +
      'that is random in each round; a ratio (×) is of two samples of the same round. ' +
      '[How it is measured](../../adr/0040-compare-in-paired-rounds.md).',
  ];
  if (wasBusy(machine)) {
    lines.push('**The machine was busy.** Times are too long and vary: draw no conclusions.');
  }
  if (quick) lines.push('**A quick run.** It checks that everything runs; its times mean nothing.');
  if (failures.length > 0) lines.push(`**Failed:** ${failures.join('; ')}.`);
  return lines.join('\n\n');
}

function goalsOf({ runs, quick }: Run): readonly string[] {
  const judged = runs.map(({ measurements }) => judgeGoals(measurements, quick));
  const rows = (judged[0] ?? []).flatMap(({ title, limit }, index) => {
    const goals = judged.map((one) => one[index]!);
    if (goals.every(({ ours }) => ours === undefined)) return [];
    return [[title, `≤ ${limit}`, ...goals.map(goalCell)]];
  });
  if (rows.length === 0) return [];
  return ['## Goals', table(['', 'goal', ...runs.map(({ node }) => `Node.js ${node}`)], rows)];
}

function goalCell({ ours, passed, bestPeer }: Judged): string {
  if (ours === undefined) return '–';
  const peer = bestPeer === undefined ? '' : `; ${bestPeer.subject} ${withUnit(bestPeer)}`;
  const verdict = passed === undefined ? '' : passed ? 'pass: ' : 'miss: ';
  return `${verdict}${withUnit(ours)}${peer}`;
}

function sectionOf({ runs }: Run, experiment: string, title: string): readonly string[] {
  const tables = runs.flatMap((run) => tablesOf(run, experiment));
  return tables.length === 0 ? [] : [`## ${title}`, ...tables];
}

function tablesOf({ node, measurements }: NodeRun, experiment: string): readonly string[] {
  const ours = measurements.filter((one) => one.experiment === experiment);
  return unique(ours.map(({ measure }) => measure)).flatMap((measure) => {
    const cells = ours.filter((one) => one.measure === measure);
    return [`Node.js ${node}: ${measure} (${cells[0]?.unit})`, crossTable(cells)];
  });
}

function crossTable(cells: readonly Measurement[]): string {
  const scenarios = unique(cells.map(({ scenario }) => scenario));
  const rows = unique(cells.map(({ subject }) => subject)).map((subject) => [
    subject,
    ...scenarios.map((scenario) => {
      const cell = cells.find((one) => one.subject === subject && one.scenario === scenario);
      return cell === undefined ? '–' : withSpread(cell);
    }),
  ]);
  return table(['', ...scenarios], rows);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
