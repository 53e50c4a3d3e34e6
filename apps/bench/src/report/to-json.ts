import type { Run } from './run.ts';

/** One line for each measurement, so that two runs can be compared line by line. */
export function toJson(run: Run): string {
  const { runs, ...about } = run;
  const head = JSON.stringify(about, undefined, 2).slice(0, -2);
  const nodes = runs.map(({ measurements, ...node }) => {
    const lines = measurements.map((one) => `        ${JSON.stringify(one, shorten)}`);
    const own = JSON.stringify(node).slice(1, -1);
    return `    {\n      ${own},\n      "measurements": [\n${lines.join(',\n')}\n      ]\n    }`;
  });
  return `${head},\n  "runs": [\n${nodes.join(',\n')}\n  ]\n}\n`;
}

/** More digits than were measured only make the file longer. */
function shorten(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
}
