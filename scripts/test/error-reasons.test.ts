import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const literalsOf = (text: string): readonly string[] =>
  [...text.matchAll(/'(\w+)'/g)].map(([, literal = '']) => literal);

/** AuthErrorReasons: the reasons of each code. */
function declaredReasons(): ReadonlyMap<string, readonly string[]> {
  const source = read('packages/core/src/errors/reasons.ts');
  const body = source.slice(source.indexOf('{') + 1, source.indexOf('}'));
  return new Map(
    [...body.matchAll(/(\w+):([^;]*);/g)].map(([, code = '', union = '']) => [
      code,
      literalsOf(union),
    ]),
  );
}

/** AuthEventType. */
function declaredEvents(): readonly string[] {
  const source = read('packages/core/src/contract/auth-event.ts');
  const start = source.indexOf('type AuthEventType =');
  return literalsOf(source.slice(start, source.indexOf(';', start)));
}

/** The rows of the table under a heading of docs/errors.md: name, cause and fix. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = read('docs/errors.md')
    .split(/^## /m)
    .find((text) => text.startsWith(`${heading}\n`));
  return (section ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const nameOf = ([cell = '']: readonly string[]): string => cell.replaceAll('`', '');

const DECLARATIONS = new Set(['errors/reasons.ts', 'contract/auth-event.ts']);
/** The sources of all packages that decide, except the two declarations. */
const SOURCES = readdirSync(join(ROOT, 'packages'))
  .filter((name) => name !== 'testing')
  .flatMap((name) => {
    const folder = join('packages', name, 'src');
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !DECLARATIONS.has(file))
      .map((file) => read(join(folder, file)));
  })
  .join('\n');

const CODES = [...declaredReasons()];

describe('docs/errors.md', () => {
  it('has a section for each code', () => {
    expect(CODES.map(([code]) => code)).toEqual([
      'missing_credentials',
      'malformed_credentials',
      'invalid_token',
      'permission_denied',
      'unavailable',
      'internal',
    ]);
    expect(CODES.flatMap(([, reasons]) => reasons).length).toBeGreaterThan(30);
  });

  it.each(CODES)('has one row for each reason of %s, and no other row', (code, reasons) => {
    expect(rowsUnder(code).map(nameOf)).toEqual(reasons);
  });

  it.each(CODES)('says the cause and the fix of each reason of %s', (code) => {
    for (const [name, cause = '', fix = ''] of rowsUnder(code)) {
      expect([name, cause.length > 10, fix.length > 10]).toEqual([name, true, true]);
    }
  });

  it.each(CODES)('says Reserved of a reason of %s if no package gives it', (code, reasons) => {
    for (const [index, reason] of reasons.entries()) {
      const isReserved = rowsUnder(code)[index]?.[1]?.startsWith('Reserved') === true;
      const isGiven = new RegExp(`'${code}',\\s*'${reason}'`).test(SOURCES);
      if (isReserved) expect([reason, isGiven]).toEqual([reason, false]);
      else expect(SOURCES).toContain(`'${reason}'`);
    }
  });

  it('has one row for each type of event, and no other row', () => {
    const events = declaredEvents();
    expect(events.length).toBeGreaterThan(10);
    expect(rowsUnder('Events').map(nameOf)).toEqual(events);
    for (const [, cause = '', fix = ''] of rowsUnder('Events')) {
      expect(cause.length * fix.length).toBeGreaterThan(0);
    }
  });

  it('names no type of event that no package reports', () => {
    for (const type of declaredEvents()) expect(SOURCES).toContain(`'${type}'`);
  });
});
