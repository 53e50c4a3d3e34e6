import type { Measurement } from '../statistics/measurement.ts';
import { goalsSection } from './goals-section.ts';
import { withSpread } from './numbers.ts';
import { type NodeRun, type Run, wasBusy } from './run.ts';
import { table } from './table.ts';

/** The title of each experiment's section, in the order of the report. */
const TITLES: Readonly<Record<string, string>> = {
  size: 'What an application installs, without gRPC',
  imports: 'Imports',
  'whole call': 'The whole call',
  before: 'Our packages before and now',
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
    ...goalsSection(run),
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
      '[How it is measured](../../adr/0040-compare-in-paired-rounds.md), and ' +
      '[what peers check](../../adr/0079-compare-with-peers-at-equal-checks.md).',
  ];
  if (wasBusy(machine)) {
    lines.push('**The machine was busy.** Times are too long and vary: draw no conclusions.');
  }
  if (quick) lines.push('**A quick run.** It checks that everything runs; its times mean nothing.');
  if (failures.length > 0) lines.push(`**Failed:** ${failures.join('; ')}.`);
  return lines.join('\n\n');
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

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
