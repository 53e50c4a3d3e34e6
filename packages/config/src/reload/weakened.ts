import type { ConfigError } from '@grpc-authn/core';
import { weakenedMethods } from '@grpc-authn/core/internal';
import { shownPath } from '../source/path.ts';
import { configError, type Problem } from '../source/problem.ts';
import type { Generation } from './generation.ts';
import { weakenedAuthenticators } from './weakened-authenticators.ts';

/** What the next config accepts and the running one rejects. */
export interface Weakened {
  /** For the event of a reload: the methods, and the options of authenticators. */
  readonly detail: {
    readonly weakened: readonly string[];
    readonly weakenedAuthenticators: readonly string[];
  };
  /** Undefined where nothing became weaker. */
  readonly error: ConfigError | undefined;
}

export function compareGenerations(running: Generation, next: Generation): Weakened {
  const methods = weakenedMethods(running.ownPolicy, next.ownPolicy);
  const options = weakenedAuthenticators(running.participants, next.participants);
  const problems = [...methods.map(ruleProblem), ...options];
  const detail = {
    weakened: methods,
    weakenedAuthenticators: [...new Set(options.map(({ path }) => shownPath(path)))],
  };
  if (problems.length === 0) return { detail, error: undefined };
  const { source } = next;
  const note =
    ': this would accept callers that the running config rejects, so that stays;' +
    ' call reload({ allowWeaker: true }) if it is intended';
  return { detail, error: configError(source.name, problems, (path) => source.lineOf(path), note) };
}

function ruleProblem(method: string): Problem {
  return {
    path: method === '*' ? ['policy', 'otherwise'] : ['policy', 'rules', method],
    text: 'the new rule allows callers that the running one refuses',
  };
}
