/** The command line is wrong: exit status 2. The message never repeats a value, which may be a token. */
export class UsageError extends Error {}

/** Something is wrong with what the command was to look at: exit status 1. */
export class Failure extends Error {
  /** The same as data, for --json. */
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message);
    this.problems = problems;
  }
}

/** One wrong thing in a config file. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
}
