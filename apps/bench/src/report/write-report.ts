import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMarkdown } from './markdown.ts';
import { toPicture } from './picture.ts';
import type { Run } from './run.ts';

/** One JSON, one Markdown, one picture; in the repository's format, where its formatter is at hand. */
export function writeReport(run: Run, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('results.json', `${JSON.stringify(run, shorten, 1)}\n`);
  write('README.md', toMarkdown(run));
  write('whole-call.svg', toPicture(run));
  spawnSync('oxfmt', [folder], { stdio: 'ignore' });
}

/** More digits than were measured make a file long and no truer. */
function shorten(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value;
}
