import { ConfigError, type ConfigProblem } from '@grpc-authn/core/authenticator';
import { type Path, shownPath } from './path.ts';

/** One thing that is wrong with the config, and what to do about it. */
export interface Problem {
  readonly path: Path;
  /** A function where the text costs time: it is only called for problems that are listed. */
  readonly text: string | (() => string);
  /** The line in the file, counted from 1, where it is known better than by the path. */
  readonly line?: number | undefined;
}

/** As many as a ConfigError lists; the rest is counted. */
const MAX_LISTED = 50;

/** All problems in the order of the file: the first 50, and a count of the rest. `note` follows its name. */
export function configError(
  file: string,
  problems: readonly Problem[],
  lineOf: (path: Path) => number | undefined,
  note = '',
): ConfigError {
  const placed = problems.map((problem) => ({
    ...problem,
    line: problem.line ?? lineOf(problem.path),
  }));
  placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return new ConfigError(listed(placed), { title: `${file}${note}` });
}

function listed(problems: readonly Problem[]): readonly ConfigProblem[] {
  const shown = new Map<string, ConfigProblem>();
  let index = 0;
  for (; index < problems.length && shown.size < MAX_LISTED; index += 1) {
    const { path, text, line } = problems[index] as Problem;
    const message = typeof text === 'string' ? text : text();
    const problem = { path: shownPath(path), message, ...(line === undefined ? {} : { line }) };
    // One that is built for two uses fails twice in the same way.
    shown.set(JSON.stringify(problem), problem);
  }
  const counted = problems.slice(index).map(() => ({ path: '', message: 'not listed' }));
  return [...shown.values(), ...counted];
}
