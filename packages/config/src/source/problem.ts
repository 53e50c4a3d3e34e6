import { ConfigError } from '@grpc-authn/core/authenticator';
import { type Path, shownPath } from './path.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with the config, and what to do about it. */
export interface Problem {
  readonly path: Path;
  readonly text: string;
  /** Where it is known better than by its path. */
  readonly position?: Position;
}

/** Everything that is wrong, all at once, in the order of the file. */
export function configError(
  file: string,
  problems: readonly Problem[],
  positionOf: (path: Path) => Position | undefined,
): ConfigError {
  const placed = problems.map((problem) => ({
    ...problem,
    position: problem.position ?? positionOf(problem.path),
  }));
  placed.sort((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0));
  const lines = placed.map(({ path, text, position }) => {
    const where = [
      ...(position === undefined ? [] : [`line ${position.line}`]),
      ...(path.length === 0 ? [] : [shownPath(path)]),
    ].join(', ');
    return where === '' ? `- ${text}` : `- ${where}: ${text}`;
  });
  return new ConfigError(`${file}:\n${[...new Set(lines)].join('\n')}`);
}
