import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMarkdown } from './markdown.ts';
import { toPicture } from './picture.ts';
import type { Run } from './run.ts';
import { toJson } from './to-json.ts';

/** Writes the numbers as JSON, the report as Markdown, and one picture. */
export function writeReport(run: Run, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('results.json', toJson(run));
  write('README.md', toMarkdown(run));
  const picture = toPicture(run);
  if (picture !== undefined) write('whole-call.svg', picture);
}
