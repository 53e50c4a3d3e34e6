/** One wrong thing. */
export interface ConfigProblem {
  /** Where it is: 'authenticators.main.issuer' in a file, else the option's name; '' for the whole. */
  readonly path: string;
  /** What was expected and received. Never holds a secret. */
  readonly message: string;
  /** The line in a file, counted from 1. */
  readonly line?: number;
}

/** More than this many problems are counted, not listed. */
const MAX_PROBLEMS = 50;

/**
 * Thrown at construction and at a (re)load, with everything that is wrong; never while a call is
 * served. `message` is made from `problems`, so nothing needs to parse it.
 *
 * @example
 * if (error instanceof ConfigError) for (const { path, message } of error.problems) show(path, message);
 */
export class ConfigError extends TypeError {
  /** At most 50; then one more, which counts the rest. */
  readonly problems: readonly ConfigProblem[];

  /** @param problems what is wrong, or the message of a single problem. */
  constructor(
    problems: string | readonly ConfigProblem[],
    options?: { readonly title?: string; readonly cause?: unknown },
  ) {
    const listed = bounded(
      typeof problems === 'string' ? [{ path: '', message: problems }] : problems,
    );
    super(
      describeProblems(listed, options?.title),
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.problems = listed;
  }
}

Object.defineProperty(ConfigError.prototype, 'name', { value: 'ConfigError' });

function bounded(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  if (problems.length <= MAX_PROBLEMS) return Object.freeze([...problems]);
  const more = problems.length - MAX_PROBLEMS;
  const rest = { path: '', message: `and ${more} more ${more === 1 ? 'problem' : 'problems'}` };
  return Object.freeze([...problems.slice(0, MAX_PROBLEMS), rest]);
}

function describeProblems(problems: readonly ConfigProblem[], title: string | undefined): string {
  const rows = problems.map(describeProblem);
  if (title === undefined && rows.length === 1) return rows.join();
  return `${title ?? `${rows.length} problems`}:\n${rows.map((row) => `- ${row}`).join('\n')}`;
}

function describeProblem({ path, message, line }: ConfigProblem): string {
  const where = [...(line === undefined ? [] : [`line ${line}`]), ...(path === '' ? [] : [path])];
  return where.length === 0 ? message : `${where.join(', ')}: ${message}`;
}
