import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { mergeConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from '../../vitest.config.ts';
import { mutate } from './mutants.ts';
import { passOf } from './pass.ts';
import { ROOT, targetOf } from './targets.ts';

const sources = new Set(targetOf(passOf(process.env).target).sources);

/** Adds every mutant to the sources when they are read; no file is written. */
const mutants: Plugin = {
  name: 'mutants',
  enforce: 'pre',
  transform(code, id) {
    const file = relative(ROOT, id);
    if (!sources.has(file)) return undefined;
    return { code: mutate(file, code).code, map: null };
  },
};

/** Small files first: they kill mutants that large files then need not run. */
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
    // A cache would mix the sources of two targets.
    fsModuleCache: false,
    sequence: { sequencer: SmallFirst },
    runner: join(import.meta.dirname, 'runner.ts'),
    // An error of a removed check, after its test ended.
    dangerouslyIgnoreUnhandledErrors: true,
  },
});
