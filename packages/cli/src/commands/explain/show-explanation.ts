import type { CheckStep, Explanation, Principal } from '@grpc-authn/core';
import type { Data } from '../../command/command.ts';
import { BAD, GOOD, type Line, type Part, SKIPPED, styled, WARNING } from '../../output/line.ts';
import { table } from '../../output/table.ts';
import { errorData, formatError } from './format-error.ts';

/** A claim may be very long. */
const MAX_CHARACTERS = 160;

const MARKS: Readonly<Record<CheckStep['result'], Part>> = {
  passed: GOOD,
  failed: BAD,
  not_reached: SKIPPED,
};

export function showExplanation(explanation: Explanation): readonly Line[] {
  const { steps, principal } = explanation;
  const names = [...new Set(steps.map(({ authenticator }) => authenticator))];
  const several = names.length > 1;
  return [
    headOf(explanation),
    ...names.flatMap((name) => {
      const own = steps.filter(({ authenticator }) => authenticator === name);
      return [[], ...(several ? [[styled('strong', name)]] : []), ...table(own.map(rowOf), 2)];
    }),
    ...(principal === undefined ? [] : [[], ...table(principalRows(principal), 2)]),
    ...notesOf(explanation),
    ...hintsOf(steps, several),
  ];
}

function headOf({ outcome, error }: Explanation): Line {
  const why = error === undefined ? '' : `: ${formatError(error)}`;
  switch (outcome) {
    case 'allowed':
      return [GOOD, ' ', styled('strong', 'allowed')];
    case 'would_refuse':
      return [WARNING, ' ', styled('strong', 'allowed by a dry run, which ends'), why];
    case 'refused':
      return [BAD, ' ', styled('strong', 'refused'), why];
    case 'unavailable':
      return [BAD, ' ', styled('strong', 'not decided'), why];
    case 'internal':
      return [BAD, ' ', styled('strong', 'a bug'), why];
  }
}

function rowOf({ check, result, expected, received }: CheckStep): readonly Part[] {
  const name = check.replaceAll('_', ' ');
  const details = [
    ...(expected === undefined ? [] : [`expected ${shortened(expected)}`]),
    ...(received === undefined ? [] : [`received ${shortened(received)}`]),
  ].join(', ');
  if (result === 'not_reached')
    return [SKIPPED, styled('faint', name), styled('faint', 'not reached')];
  return [MARKS[result], name, result === 'passed' ? styled('faint', details) : details];
}

function shortened(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}

function principalRows(principal: Principal<object>): readonly (readonly Part[])[] {
  const { subject, clientId, scopes, expiresAtEpochSeconds } = principal;
  const expires =
    expiresAtEpochSeconds === undefined
      ? 'never'
      : new Date(expiresAtEpochSeconds * 1000).toISOString();
  return [
    ['subject', subject ?? '(none)'],
    ...(clientId === undefined ? [] : [['client', clientId]]),
    ['scopes', scopes.join(' ') || '(none)'],
    ['expires', expires],
  ];
}

function notesOf({ outcome, error }: Explanation): readonly Line[] {
  if (outcome !== 'unavailable') return [];
  const cause = causeOf(error);
  return [
    [],
    [
      'The checks above need no network and are complete. The rest needs the provider, which did not answer',
    ],
    [`as needed${cause === undefined ? '' : `: ${cause}`}. Run grpc-authn check to see its state.`],
  ];
}

function causeOf(error: unknown): string | undefined {
  let cause: unknown = (error as Error | undefined)?.cause;
  while ((cause as Error | undefined)?.cause !== undefined) cause = (cause as Error).cause;
  return cause instanceof Error ? cause.message : undefined;
}

/** Last, where it is read first. */
function hintsOf(steps: readonly CheckStep[], several: boolean): readonly Line[] {
  const hints = steps.flatMap(({ result, hint, authenticator }) =>
    result === 'failed' && hint !== undefined ? [several ? `${authenticator}: ${hint}` : hint] : [],
  );
  const unique = [...new Set(hints)];
  if (unique.length === 0) return [];
  return [[], ...unique.map((hint): Line => [styled('strong', 'Fix:'), ` ${hint}`])];
}

export function explanationData(
  explanation: Explanation,
  method: string | undefined,
): { [name: string]: Data } {
  const { outcome, steps, error, principal } = explanation;
  return {
    ok: outcome === 'allowed' || outcome === 'would_refuse',
    outcome,
    method,
    error: error === undefined ? undefined : errorData(error),
    steps: steps.map((step) => ({ ...step })),
    principal:
      principal === undefined
        ? undefined
        : {
            subject: principal.subject,
            issuer: principal.issuer,
            clientId: principal.clientId,
            audience: principal.audience,
            scopes: principal.scopes,
            expiresAtEpochSeconds: principal.expiresAtEpochSeconds,
            authenticator: principal.authenticator,
          },
  };
}
