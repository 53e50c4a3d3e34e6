import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { mergeConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from '../../vitest.config.ts';
import { mutate } from './mutants.ts';
import { passOf } from './pass.ts';
import { ROOT, targetOf } from './targets.ts';

const sources = new Set(targetOf(passOf(process.env).target).sources);

/** Puts every mutant into the sources as they are read: no file is written. */
const mutants: Plugin = {
  name: 'mutants',
  enforce: 'pre',
  transform(code, id) {
    const file = relative(ROOT, id);
    if (!sources.has(file)) return undefined;
    return { code: mutate(file, code).code, map: null };
  },
};

/** The small ones first: they kill what the large ones need not run against. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = (file: TestSpecification): number => statSync(file.moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

export default mergeConfig(base, {
  root: ROOT,
  plugins: [mutants],
  test: {
    // A cache would give one target the sources of another.
    fsModuleCache: false,
    sequence: { sequencer: SmallFirst },
    runner: join(import.meta.dirname, 'runner.ts'),
    // Of a removed check, later than its test.
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
