// Writes what the command prints about five refusals into docs/why-refused.md: `pnpm screens`.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { refusalScreens, SCREEN } from './refusal-screens.ts';

const DOCUMENT = fileURLToPath(new URL('../../../../docs/why-refused.md', import.meta.url));

const screens = new Map((await refusalScreens()).map(({ name, text }) => [name, text]));
const text = await readFile(DOCUMENT, 'utf8');
await writeFile(
  DOCUMENT,
  text.replaceAll(
    SCREEN,
    (_, start: string, name: string, old: string, end: string) =>
      `${start}${screens.get(name) ?? old}${end}`,
  ),
);
