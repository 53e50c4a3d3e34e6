import { expect } from 'vitest';
import { ConfigError, type ConfigProblem } from '../../src/errors/config-error.ts';

/** The problems of the ConfigError that `run` throws; none if it throws nothing. */
export function problemsOf(run: () => unknown): readonly ConfigProblem[] {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  return [];
}
