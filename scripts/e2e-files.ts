import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The package of the tests on real channels. */
export const E2E: string = join(import.meta.dirname, '..', 'apps', 'e2e');
/** The page, and its tests in a browser. */
const WEB = join(import.meta.dirname, '..', 'apps', 'web');

export interface E2eFile {
  readonly source: string;
  /** What Node.js runs: the oldest version does not read TypeScript. */
  readonly built: string;
}

/** Each test, found by its source: a deleted test may still have a built file. */
export function e2eFiles(): readonly E2eFile[] {
  const folders = [
    // First, because they take longest.
    [WEB, 'test'],
    [E2E, 'test'],
    [E2E, 'attacks'],
  ] as const;
  return folders.flatMap(([app, folder]) =>
    readdirSync(join(app, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => ({
        source: join(app, folder, name),
        built: join(app, 'dist', folder, name.replace(/\.ts$/, '.js')),
      })),
  );
}
