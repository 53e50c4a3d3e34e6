import { Problems } from '../assemble/problems.ts';
import type { Path } from '../source/path.ts';
import type { Generation } from './generation.ts';

/**
 * The guard of a running server reads one header and has one queue and one time limit: `credentials`, `limits`
 * and `timeoutMs` stay as they were at the start. Another header would also accept tokens from a place that a proxy does not protect.
 *
 * @throws ConfigError for a config in which they differ.
 */
export function checkFixedSettings(running: Generation, next: Generation): void {
  const problems = new Problems(next.source);
  const before = settingsOf(running);
  for (const [index, [path, after]] of settingsOf(next).entries()) {
    const value = before[index]?.[1];
    if (value === after) continue;
    const [expected, received] = [shown(running, path, value), shown(next, path, after)];
    problems.add(
      path,
      `expected ${expected}, as in the running config, received ${received}; restart the server to change it`,
    );
  }
  problems.check();
}

/** Always the same paths, in the same order. */
function settingsOf({ guard }: Generation): readonly (readonly [Path, unknown])[] {
  const { credentials, limits, timeoutMs } = guard;
  return [
    [['credentials', 'header'], credentials.header],
    [['credentials', 'maxTokenBytes'], credentials.maxTokenBytes],
    [['credentials', 'bare'], credentials.bare],
    [['limits', 'maxWaiting'], limits.maxWaiting],
    [['limits', 'maxWaitingPerPeer'], limits.maxWaitingPerPeer],
    [['timeoutMs'], timeoutMs],
  ];
}

/** An interpolated value is shown as its placeholder. */
function shown({ source }: Generation, path: Path, value: unknown): string {
  return source.placeholderOf(path) ?? JSON.stringify(value);
}
