import { OURS } from '../contenders/names.ts';
import { SHOWN_NODE } from '../command/shown-node.ts';
import type { Measurement } from '../statistics/measurement.ts';
import { GOALS } from './goals.ts';
import { judge, type Judged } from './judge.ts';
import { type Run, wasBusy } from './run.ts';

const MEASURE = 'server CPU, times bare';
/** Panels that fit beside each other. */
const PANELS = [/^warm, 1,000/, /^cold, RS256/, /^refused, expired/];
const SIZE = { width: 840, name: 220, bar: 420, row: 22, head: 40, gap: 14 } as const;

/** Bars of the whole call, readable on white and on black; none where it was not measured. */
export function toPicture(run: Run): string | undefined {
  const chosen = run.runs.find(({ node }) => node.startsWith(`${SHOWN_NODE}.`)) ?? run.runs.at(-1);
  if (chosen === undefined) return undefined;
  const cells = chosen.measurements.filter(
    ({ experiment, measure }) => experiment === 'whole call' && measure === MEASURE,
  );
  if (cells.length === 0) return undefined;
  const found = PANELS.map((panel) => cells.filter(({ scenario }) => panel.test(scenario)));
  // A quick run has other numbers of tokens.
  const panels = found.some((panel) => panel.length > 0) ? found : [cells];
  const most = Math.max(1.5, ...panels.flat().map(({ q3 }) => q3));
  let top = 56;
  const parts = panels
    .filter((panel) => panel.length > 0)
    .map((panel) => {
      const judged = goalOf(panel, { node: chosen.node, quick: run.quick });
      const part = panelOf(panel, judged, top, most);
      top += SIZE.head + panel.length * SIZE.row + SIZE.gap;
      return part;
    });
  const title = 'Server CPU per call, relative to a bare server that receives the same token';
  const { cores, cpu } = run.machine;
  const busy = wasBusy(run.machine) ? '; THE MACHINE WAS BUSY: draw no conclusions' : '';
  const about = `Node.js ${chosen.node}, commit ${run.commit}, ${cores} cores of ${cpu}; medians and quartiles${busy}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${top}" width="${SIZE.width}" height="${top}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<text x="0" y="18" class="title">${escaped(title)}</text>
<text x="0" y="38" class="about">${escaped(about)}</text>
${parts.join('\n')}
</svg>
`;
}

/** Medium grey, for readers whose color scheme is unknown. */
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #6e7781; }
.title { font-weight: 600; font-size: 15px; }
.about { font-size: 12px; }
.head { font-weight: 600; }
.bar { fill: #8c959f; }
.ours { fill: #2f81f7; }
.line, .one { stroke: #6e7781; fill: none; }
.one { stroke-dasharray: 3 3; }
.limit { stroke: #d29922; stroke-width: 2; fill: none; }
@media (prefers-color-scheme: light) { text { fill: #1f2328; } }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .line, .one { stroke: #e6edf3; } }
`;

/** The goal for the panel's cell, with its result. */
function goalOf(
  panel: readonly Measurement[],
  run: { readonly node: string; readonly quick: boolean },
): Judged | undefined {
  const goal = GOALS.find(
    ({ experiment, measure, scenario }) =>
      experiment === 'whole call' && measure === MEASURE && scenario.test(panel[0]!.scenario),
  );
  return goal && judge(goal, panel, run);
}

function panelOf(
  panel: readonly Measurement[],
  judged: Judged | undefined,
  top: number,
  most: number,
): string {
  const scale = (value: number): number => SIZE.name + (SIZE.bar * Math.max(0, value)) / most;
  const bottom = top + SIZE.head + panel.length * SIZE.row;
  const sorted = panel.toSorted((one, other) => one.median - other.median);
  const rows = sorted.map((cell, index) => rowOf(cell, top + SIZE.head + index * SIZE.row, scale));
  const one = scale(1).toFixed(1);
  const line = (kind: string, x: string): string =>
    `<path class="${kind}" d="M${x} ${top + SIZE.head - 4}V${bottom - 2}"/>`;
  const limit = limitOf(judged);
  return [
    `<text x="0" y="${top + 28}" class="head">${escaped(panel[0]!.scenario + resultOf(judged))}</text>`,
    ...rows,
    line('one', one),
    ...(limit === undefined ? [] : [line('limit', scale(limit).toFixed(1))]),
  ].join('\n');
}

/** The largest value of ours that passes. */
function limitOf(judged: Judged | undefined): number | undefined {
  const { goal, cheapest } = judged ?? {};
  return cheapest && goal?.timesPeer && goal.timesPeer * cheapest.median;
}

function resultOf(judged: Judged | undefined): string {
  const limit = limitOf(judged);
  if (judged?.result === undefined || limit === undefined) return '';
  const { goal, result } = judged;
  return `: ${result} (goal: at most ${goal.timesPeer} × the cheapest peer, ${limit.toFixed(2)})`;
}

function rowOf(cell: Measurement, y: number, scale: (value: number) => number): string {
  const { subject, median, q1, q3 } = cell;
  const kind = subject.startsWith(OURS) ? 'bar ours' : 'bar';
  const width = (scale(median) - SIZE.name).toFixed(1);
  const middle = y + 8;
  return [
    `<text x="${SIZE.name - 8}" y="${y + 12}" text-anchor="end">${escaped(subject)}</text>`,
    `<rect class="${kind}" x="${SIZE.name}" y="${y}" width="${width}" height="16"/>`,
    `<path class="line" d="M${scale(q1).toFixed(1)} ${middle}H${scale(q3).toFixed(1)}"/>`,
    `<text x="${(scale(Math.max(median, q3)) + 8).toFixed(1)}" y="${y + 12}">${median.toFixed(2)}</text>`,
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
