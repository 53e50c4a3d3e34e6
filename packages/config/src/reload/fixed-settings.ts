import { Problems } from '../assemble/problems.ts';
import type { Path } from '../source/path.ts';
import type { Generation } from './generation.ts';

/**
 * The guard of a running server reads one header and has one queue: `credentials` and `limits` stay as they
 * were at the start. Another header would also accept tokens from a place that a proxy does not protect.
 *
 * @throws ConfigError for a config in which they differ.
 */
export function checkFixedSettings(running: Generation, next: Generation): void {
  const problems = new Problems(next.source);
  for (const section of ['credentials', 'limits'] as const) {
    const before: Readonly<Record<string, unknown>> = { ...running.guard[section] };
    for (const [name, after] of Object.entries(next.guard[section])) {
      if (before[name] === after) continue;
      const path = [section, name];
      const [expected, received] = [shown(running, path, before[name]), shown(next, path, after)];
      problems.add(
        path,
        `expected ${expected}, as in the running config, received ${received}; restart the server to change it`,
      );
    }
  }
  problems.check();
}

/** An interpolated value is shown as its placeholder. */
function shown({ source }: Generation, path: Path, value: unknown): string {
  return source.placeholderOf(path) ?? JSON.stringify(value);
}
