import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The package of the tests on real channels. */
export const E2E: string = join(import.meta.dirname, '..', 'apps', 'e2e');

export interface E2eFile {
  readonly source: string;
  /** What Node.js runs: the oldest version does not read TypeScript. */
  readonly built: string;
}

/** Each test, found by its source: a deleted test may still have a built file. */
export function e2eFiles(): readonly E2eFile[] {
  return ['test', 'attacks'].flatMap((folder) =>
    readdirSync(join(E2E, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => ({
        source: join(E2E, folder, name),
        built: join(E2E, 'dist', folder, name.replace(/\.ts$/, '.js')),
      })),
  );
}
