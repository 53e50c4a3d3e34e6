import { readFileSync } from 'node:fs';
import type { Cell } from './run.ts';

/** What the columns are made of. */
const PACKAGES = [
  '@grpc/grpc-js',
  '@connectrpc/connect',
  '@connectrpc/connect-node',
  'nice-grpc',
  '@nestjs/microservices',
];

/** The table as a document. `columns` are its columns, `notes` what differs and why. */
export function toDocument(
  columns: readonly string[],
  cells: readonly Cell[],
  notes: readonly string[],
): string {
  const rows = [...new Set(cells.map(({ row }) => row))];
  const shown = (row: string, column: string): string =>
    cells.find((cell) => cell.row === row && cell.column === column)?.shown ?? '–';
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  const table = [
    line(['case', ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map((row) => line([row, ...columns.map((column) => shown(row, column))])),
  ];
  const versions = [
    line(['package', 'version']),
    line(['---', '---']),
    ...[...PACKAGES.map((name) => [name, versionOf(name)]), nestjs11()].map(line),
  ];
  const counts = ['ok', 'differs', 'FAILED'].map(
    (kind) => `${cells.filter((cell) => cell.shown === kind).length} ${kind}`,
  );
  return `${[
    '# The same calls on each framework',
    `Written by \`npx --yes pnpm@12 bindings --out docs/generated/bindings.md\` on ${today()} with Node.js ` +
      `${process.versions.node}: ${counts.join(', ')}.`,
    'Each row is a case of [apps/bindings](../../apps/bindings/src/cases), run with the same expectations in each column, ' +
      'for all kinds of calls that the framework has. A row with "forgotten" is a server that lacks a part of the binding: it ' +
      'refuses to start, or refuses every call. – is a case that the framework does not have.',
    table.join('\n'),
    notes.map((note) => `- ${note}.`).join('\n'),
    '## Versions',
    versions.join('\n'),
  ].join('\n\n')}\n`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function versionOf(name: string): string {
  return versionIn(new URL(`../node_modules/${name}/package.json`, import.meta.url));
}

function nestjs11(): readonly string[] {
  const name = '@nestjs/microservices';
  const file = `../../nestjs-11/node_modules/${name}/package.json`;
  return [name, versionIn(new URL(file, import.meta.url))];
}

function versionIn(file: URL): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
