import type { CheckStep } from '@grpc-authn/core';
import { BAD, GOOD, type Line, type Part, SKIPPED, styled } from '../../output/line.ts';
import { table } from '../../output/table.ts';

/** A claim may be very long. */
const MAX_CHARACTERS = 160;
const MAX_LINE = 80;
/** Every authenticator that verifies reports one of them. */
const FIRST_CHECKS: ReadonlySet<string> = new Set(['format', 'introspection']);

/** The names of the authenticators that verify. Others only ask these. */
export function leavesOf(steps: readonly CheckStep[]): ReadonlySet<string> {
  const own = steps.filter(({ check }) => FIRST_CHECKS.has(check));
  return new Set(own.map(({ authenticator }) => authenticator));
}

/** A row for each check, and one for checks in a row that were not reached. */
export function showSteps(steps: readonly CheckStep[]): readonly Line[] {
  const groups = groupsOf(steps).map(({ title, rows }) => ({ title, rows: rows.flatMap(rowsOf) }));
  const lines = table(
    groups.flatMap(({ rows }) => rows),
    2,
  );
  let next = 0;
  return groups.flatMap(({ title, rows }, index) => {
    const own = lines.slice(next, next + rows.length);
    next += rows.length;
    return [
      ...(index === 0 ? [] : [[]]),
      ...(title === undefined ? [] : [[styled('strong', title)]]),
      ...own,
    ];
  });
}

type Row = CheckStep | CheckStep[];

interface Group {
  readonly title: string | undefined;
  readonly rows: Row[];
}

/** A group for each authenticator that verifies, where there are several; else one group. */
function groupsOf(steps: readonly CheckStep[]): readonly Group[] {
  const leaves = leavesOf(steps);
  const groups: Group[] = [];
  for (const step of steps) {
    const { authenticator, result } = step;
    const title = leaves.size > 1 && leaves.has(authenticator) ? authenticator : undefined;
    let group = groups.at(-1);
    if (group === undefined || group.title !== title) {
      group = { title, rows: [] };
      groups.push(group);
    }
    const last = group.rows.at(-1);
    if (result !== 'not_reached') group.rows.push(step);
    else if (last !== undefined && !('check' in last)) last.push(step);
    else group.rows.push([step]);
  }
  return groups;
}

function rowsOf(row: Row): readonly (readonly Part[])[] {
  if (!('check' in row)) {
    return wrapped(row.map(nameOf)).map((names, index) =>
      index === 0
        ? [SKIPPED, styled('faint', 'not reached'), styled('faint', names)]
        : ['', '', styled('faint', names)],
    );
  }
  const { result, expected, received } = row;
  if (result === 'passed') {
    return [[GOOD, nameOf(row), styled('faint', shortened(received ?? expected ?? ''))]];
  }
  const [first = '', ...others] = [
    ...(expected === undefined ? [] : [`expected ${shortened(expected)}`]),
    ...(received === undefined ? [] : [`received ${shortened(received)}`]),
  ];
  return [[BAD, styled('bad', nameOf(row)), first], ...others.map((text) => ['', '', text])];
}

/** Names with commas, in lines. */
function wrapped(names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    const line = last === undefined ? name : `${last}, ${name}`;
    if (last === undefined) lines.push(line);
    else if (line.length <= MAX_LINE) lines[lines.length - 1] = line;
    else {
      lines[lines.length - 1] = `${last},`;
      lines.push(name);
    }
  }
  return lines;
}

function nameOf({ check }: CheckStep): string {
  return check.replaceAll('_', ' ');
}

function shortened(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
