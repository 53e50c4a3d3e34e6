import type { Explanation, Principal } from '@grpc-authn/core';
import type { Data } from '../../command/command.ts';
import { BAD, GOOD, type Line, type Part, styled, WARNING } from '../../output/line.ts';
import { table } from '../../output/table.ts';
import { errorData, formatError } from './format-error.ts';
import { leavesOf, showSteps } from './show-steps.ts';

/** The method whose rule was applied, and whether a rule names it. */
export interface AskedMethod {
  readonly method: string | undefined;
  readonly isNamed: boolean;
}

export function showExplanation(explanation: Explanation, asked: AskedMethod): readonly Line[] {
  const { principal } = explanation;
  return [
    headOf(explanation),
    [],
    ...showSteps(explanation.steps),
    ...(principal === undefined ? [] : [[], ...table(principalRows(principal), 2)]),
    ...notesOf(explanation),
    ...hintsOf(explanation, asked),
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

function notesOf({ outcome }: Explanation): readonly Line[] {
  if (outcome !== 'unavailable') return [];
  return [
    [],
    ['The checks before the key need no network, and are complete. The rest needs the provider.'],
  ];
}

/** Last, where they are read first. */
function hintsOf(
  { steps, outcome, error }: Explanation,
  { method = '', isNamed }: AskedMethod,
): readonly Line[] {
  const several = leavesOf(steps).size > 1;
  const failed = steps.filter(({ result }) => result === 'failed');
  const hints = failed.flatMap(({ hint, authenticator }) => {
    if (hint === undefined) return [];
    return [several && leavesOf(steps).has(authenticator) ? `${authenticator}: ${hint}` : hint];
  });
  // After a timeout, the hint of the step already says so.
  if (outcome === 'unavailable' && (error?.reason !== 'timeout' || hints.length === 0)) {
    hints.push('run grpc-authn check: it shows what the provider answers');
  }
  if (error?.reason === 'denied' && !isNamed) {
    hints.push(
      `check the name of the method: no rule of the config names ${method.replace('/', '')}`,
    );
  }
  if (hints.length === 0) return [];
  return [[], ...[...new Set(hints)].map((hint): Line => [styled('strong', 'Fix:'), ` ${hint}`])];
}

export function explanationData(
  explanation: Explanation,
  { method, isNamed }: AskedMethod,
): { [name: string]: Data } {
  const { outcome, steps, error, principal } = explanation;
  return {
    ok: outcome === 'allowed' || outcome === 'would_refuse',
    outcome,
    method,
    methodNamed: method === undefined ? undefined : isNamed,
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
